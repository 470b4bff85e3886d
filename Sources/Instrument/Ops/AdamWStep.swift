import CKernels
import Foundation

/// The constants of one AdamW update.
public struct AdamWStep: Sendable {
  /// Step size of this step.
  public var learningRate: Float
  /// Decay of the first and second moment.
  public var betas: (Float, Float)
  /// Added to the root of the second moment.
  public var epsilon: Float
  /// Decoupled weight decay; 0 for norms and biases.
  public var weightDecay: Float
  /// The factor of gradient clipping.
  public var gradientScale: Float
  /// Number of the step, from 1, for bias correction.
  public var step: Int

  /// - Parameters:
  ///   - learningRate: step size.
  ///   - betas: decay of the first and second moment.
  ///   - epsilon: added to the root of the second moment.
  ///   - weightDecay: decoupled; 0 for norms and biases.
  ///   - gradientScale: the factor of gradient clipping.
  ///   - step: from 1.
  public init(
    learningRate: Float, betas: (Float, Float), epsilon: Float, weightDecay: Float,
    gradientScale: Float, step: Int
  ) {
    precondition(step >= 1)
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.step = step
  }

  /// 1 - beta^step, rounded once.
  func correction(_ beta: Float) -> Float { Float(1 - pow(Double(beta), Double(step))) }

  /// As the kernels take them.
  var ofKernels: adam_constants {
    adam_constants(
      gradientScale: gradientScale, learningRate: learningRate, beta1: betas.0, beta2: betas.1,
      epsilon: epsilon, weightDecay: weightDecay, correction1: correction(betas.0),
      correction2: correction(betas.1))
  }
}
