import CKernels
import Catalogue

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
  func correction(_ beta: Float) -> Float {
    var power = 1.0
    for _ in 0..<step { power *= Double(beta) }
    return Float(1 - power)
  }
}

extension Engine {
  /// Arithmetic operations per parameter: one for the clipping, three for each moment, two for the
  /// bias corrections, three for the quotient, two for the decay and two for the step.
  private static let adamWFLOPs = 16
  /// Partial sums of the gradient norm, each over this many elements, are added in order, so that
  /// the norm does not depend on the number of cores.
  private static let normGrain = 1 << 16

  /// The sum of the squares; nil in a dry run.
  public func sumOfSquares(_ tensor: borrowing Tensor) -> Double? {
    record(.sumOfSquares, elementwise: 2 * tensor.count, touching: tensor.bytes)
    guard isReal else { return nil }
    let (x, count) = (Operand.elements(tensor, .read), tensor.count)
    var parts = [Double](repeating: 0, count: (count + Self.normGrain - 1) / Self.normGrain)
    parts.withUnsafeMutableBufferPointer { parts in
      let sums = parts.baseAddress!
      Parallel.perform(parts.count) { index in
        let first = index * Self.normGrain
        RowKernel.run(first..<min(first + Self.normGrain, count), [x]) { range, at in
          sums[index] += sum_of_squares(at[0], range.count)
        }
      }
    }
    return parts.reduce(0, +)
  }

  /// One AdamW update (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) of tensors of one
  /// shape, in one pass.
  public func adamW(
    _ parameter: borrowing Tensor, firstMoment: borrowing Tensor, secondMoment: borrowing Tensor,
    gradient: borrowing Tensor, _ constants: AdamWStep
  ) {
    record(.adamW, elementwise: Self.adamWFLOPs * parameter.count, touching: 7 * parameter.bytes)
    guard isReal else { return }
    let correction1 = constants.correction(constants.betas.0)
    let correction2 = constants.correction(constants.betas.1)
    RowKernel.perform(
      parameter.count, grain: 1 << 14,
      [
        .elements(parameter, .updated), .elements(firstMoment, .updated),
        .elements(secondMoment, .updated), .elements(gradient, .read),
      ]
    ) { range, at in
      adamw(
        at[0], at[1], at[2], at[3], constants.gradientScale, constants.learningRate,
        constants.betas.0, constants.betas.1, constants.epsilon, constants.weightDecay,
        correction1, correction2, range.count)
    }
  }
}
