import Catalogue
import Instrument

/// AdamW with gradient clipping (Loshchilov and Hutter, arXiv 1711.05101).
struct AdamW {
  private let recipe: Recipe
  private var step = 0

  /// Decay of the moments (Brown et al., 2020, appendix B).
  static let betas: (Float, Float) = (0.9, 0.95)
  /// Added to the root of the second moment (Brown et al., 2020, appendix B).
  static let epsilon: Float = 1e-8

  init(_ recipe: Recipe) { self.recipe = recipe }

  /// Updates every parameter and frees its gradient.
  ///
  /// - Returns: the norm of the gradient before clipping; nil in a dry run.
  mutating func update(_ model: inout LanguageModel, _ engine: Engine) -> Double? {
    step += 1
    let norm = recipe.clip > 0 ? Self.gradientNorm(&model, engine) : nil
    var constants = AdamWStep(
      learningRate: recipe.learningRate, betas: Self.betas, epsilon: Self.epsilon, weightDecay: 0,
      gradientScale: scale(norm), step: step)
    model.forEachParameter { parameter in
      constants.weightDecay = parameter.decays ? recipe.weightDecay : 0
      parameter.withGradient { gradient in
        engine.adamW(
          parameter.value, firstMoment: parameter.firstMoment,
          secondMoment: parameter.secondMoment, gradient: gradient, constants)
      }
    }
    model.forEachParameter { $0.clearGradient() }
    return norm
  }

  /// The factor that brings the norm down to the clip, as `torch.nn.utils.clip_grad_norm_` does.
  private func scale(_ norm: Double?) -> Float {
    guard let norm, recipe.clip > 0 else { return 1 }
    return Float(min(1, Double(recipe.clip) / (norm + 1e-6)))
  }

  /// The norm of all gradients as one vector.
  static func gradientNorm(_ model: inout LanguageModel, _ engine: Engine) -> Double? {
    var squares: Double? = 0
    model.forEachParameter { parameter in
      parameter.withGradient { gradient in
        let sum = engine.sumOfSquares(gradient)
        squares = squares.flatMap { total in sum.map { total + $0 } }
      }
    }
    return squares?.squareRoot()
  }
}
