import CKernels
import Catalogue

extension Engine {
  /// Gradient descent: a product and a difference for each parameter.
  public func descend(
    _ parameter: borrowing Tensor, gradient: borrowing Tensor, learningRate: Float,
    gradientScale: Float
  ) {
    record(.sgd, elementwise: 2 * parameter.count, touching: 3 * parameter.bytes)
    guard isReal else { return }
    RowKernel.perform(
      parameter.count, grain: 1 << 14,
      [.elements(parameter, .updated), .elements(gradient, .read)]
    ) { range, at in
      sgd(at[0], at[1], gradientScale, learningRate, range.count)
    }
  }

  /// Gradient descent with momentum: the velocity decays and takes up the gradient, and is
  /// subtracted.
  public func descend(
    _ parameter: borrowing Tensor, velocity: borrowing Tensor, gradient: borrowing Tensor,
    learningRate: Float, decay: Float, gradientScale: Float
  ) {
    record(.momentum, elementwise: 5 * parameter.count, touching: 5 * parameter.bytes)
    guard isReal else { return }
    RowKernel.perform(
      parameter.count, grain: 1 << 14,
      [
        .elements(parameter, .updated), .elements(velocity, .updated), .elements(gradient, .read),
      ]
    ) { range, at in
      momentum(at[0], at[1], at[2], gradientScale, learningRate, decay, range.count)
    }
  }
}
