import Catalogue
import Instrument

/// Clips the gradients and updates the parameters by the recipe's rule.
struct Optimizer {
  private let recipe: Recipe
  private var step = 0
  /// By how much the loss is multiplied before backward; 1 where gradients have the range for it.
  private(set) var lossScale: LossScale

  /// Decay of the moments (Brown et al., 2020, appendix B).
  static let betas: (Float, Float) = (0.9, 0.95)
  /// Added to the root of the second moment (Brown et al., 2020, appendix B).
  static let epsilon: Float = 1e-8

  /// Allocates what is remembered of every parameter.
  init(_ recipe: Recipe, for model: inout Stage, _ engine: Engine) {
    self.recipe = recipe
    lossScale = LossScale(isActive: recipe.precision.scalesLoss)
    model.forEachParameter { parameter in
      let (rows, columns) = parameter.ownForm
      let outer = parameter.enterOwnPlace()
      if recipe.hasMasterWeights { parameter.master = parameter.masterCopy() }
      parameter.state = OptimizerState(
        for: recipe.optimizer, rows: rows, columns: columns, engine)
      engine.leave(outer)
    }
  }

  /// Updates every parameter and frees its gradient. Where the scale of the loss was too large for
  /// its gradient, nothing is updated.
  ///
  /// - Returns: the norm of the gradient before clipping; nil in a dry run, and where nothing is
  ///   clipped or updated.
  mutating func update(_ model: inout Stage, _ engine: Engine) -> Double? {
    let isUpdated = recipe.optimizer != .none
    if recipe.copiesGradients { model.forEachParameter { $0.widenGradient() } }
    let needsNorm = isUpdated && (recipe.clip > 0 || recipe.precision.scalesLoss)
    let norm = needsNorm ? Self.gradientNorm(&model, engine).map { $0 / lossScale.value } : nil
    let isFinite = norm?.isFinite ?? true
    if recipe.precision.scalesLoss, isUpdated { lossScale.update(isFinite: isFinite) }
    if isUpdated, isFinite || !recipe.precision.scalesLoss {
      step += 1
      let scale = scale(norm) / Float(lossScale.used)
      model.forEachParameter { update(&$0, gradientScale: scale, engine) }
    }
    model.forEachParameter { $0.clearGradient() }
    return norm
  }

  private func update(_ parameter: inout Parameter, gradientScale: Float, _ engine: Engine) {
    let constants = AdamWStep(
      learningRate: recipe.learningRate, betas: Self.betas, epsilon: Self.epsilon,
      weightDecay: recipe.optimizer == .adamw && parameter.decays ? recipe.weightDecay : 0,
      gradientScale: gradientScale, step: step)
    parameter.withOwn { value, gradient in
      switch parameter.master {
      case .none: parameter.state.update(value, gradient: gradient, constants, engine)
      case .some(let master):
        parameter.state.update(master, gradient: gradient, constants, engine)
        engine.convert(into: value, master)
      }
    }
    parameter.gatherUpdate()
  }

  /// The factor that brings the norm down to the clip, as `torch.nn.utils.clip_grad_norm_` does.
  private func scale(_ norm: Double?) -> Float {
    guard let norm, recipe.clip > 0 else { return 1 }
    return Float(min(1, Double(recipe.clip) / (norm + 1e-6)))
  }

  /// The norm of all gradients as one vector, of whatever rank.
  static func gradientNorm(_ model: inout Stage, _ engine: Engine) -> Double? {
    var squares: Double? = 0
    model.forEachParameter { parameter in
      guard parameter.isCounted else { return }
      parameter.withOwnGradient { gradient in
        let sum = engine.sumOfSquares(gradient)
        squares = squares.flatMap { total in sum.map { total + $0 } }
      }
    }
    // Replicas that have divided the gradients have other parts, and others have the same.
    let isDivided = engine.rank.layout.divides(.optimizerStates)
    return engine.allReduce(squares, over: isDivided ? .world : .model)?.squareRoot()
  }
}
