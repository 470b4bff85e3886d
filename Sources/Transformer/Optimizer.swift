import Catalogue
import Instrument

/// Clips the gradients and updates the parameters by the recipe's rule.
struct Optimizer {
  private let recipe: Recipe
  private var step = 0

  /// Decay of the moments (Brown et al., 2020, appendix B).
  static let betas: (Float, Float) = (0.9, 0.95)
  /// Added to the root of the second moment (Brown et al., 2020, appendix B).
  static let epsilon: Float = 1e-8

  /// Allocates what is remembered of every parameter.
  init(_ recipe: Recipe, for model: inout Stage, _ engine: Engine) {
    self.recipe = recipe
    model.forEachParameter { parameter in
      let (rows, columns) = parameter.ownForm
      let outer = parameter.enterOwnPlace()
      parameter.state = OptimizerState(
        for: recipe.optimizer, rows: rows, columns: columns, engine)
      engine.leave(outer)
    }
  }

  /// Updates every parameter and frees its gradient.
  ///
  /// - Returns: the norm of the gradient before clipping; nil in a dry run, and where nothing is
  ///   clipped or updated.
  mutating func update(_ model: inout Stage, _ engine: Engine) -> Double? {
    step += 1
    let isUpdated = recipe.optimizer != .none
    let norm = isUpdated && recipe.clip > 0 ? Self.gradientNorm(&model, engine) : nil
    if isUpdated {
      let scale = scale(norm)
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
      parameter.state.update(value, gradient: gradient, constants, engine)
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
