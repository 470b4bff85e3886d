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
        for: recipe.optimizer, rows: rows, columns: columns, matrices: parameter.matrices, engine)
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
      update(&model, gradientScale: scale(norm) / Float(lossScale.used), engine)
    }
    if !recipe.convention.keepsGradients { model.forEachParameter { $0.clearGradient() } }
    return norm
  }

  private func update(_ model: inout Stage, gradientScale: Float, _ engine: Engine) {
    let constants = { (decays: Bool) in
      AdamWStep(
        learningRate: recipe.learningRate, betas: Self.betas, epsilon: Self.epsilon,
        weightDecay: recipe.optimizer == .adamw && decays ? recipe.weightDecay : 0,
        gradientScale: gradientScale, step: step)
    }
    // Optimizers of 8 bits come as one kernel only.
    switch recipe.optimizer == .adam8bit ? .fused : recipe.optimizerImplementation {
    case .fused:
      model.forEachParameter { parameter in
        parameter.withOwnGradient { gradient in
          parameter.withMaster { master in
            parameter.state.update(
              master, gradient: gradient, constants(parameter.decays), engine)
          }
        }
      }
    case .loop: LoopUpdate(engine: engine, constants: constants).run(&model)
    case .foreach: ForeachUpdate(engine: engine, constants: constants).run(&model)
    }
    model.forEachParameter { $0.gatherUpdate() }
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
    // Replicas that have divided the gradients, or the experts, have other parts; others the same.
    let layout = engine.rank.layout
    let isDivided = layout.divides(.optimizerStates) || layout.expert > 1
    return engine.allReduce(squares, over: isDivided ? .world : .model)?.squareRoot()
  }
}
