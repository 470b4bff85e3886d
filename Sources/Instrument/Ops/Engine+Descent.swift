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
    let (p, g) = (parameter.floats, gradient.floats)
    Parallel.ranges(parameter.count, grain: 1 << 14) { range in
      sgd(p + range.lowerBound, g + range.lowerBound, gradientScale, learningRate, range.count)
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
    let (p, v, g) = (parameter.floats, velocity.floats, gradient.floats)
    Parallel.ranges(parameter.count, grain: 1 << 14) { range in
      let at = range.lowerBound
      momentum(p + at, v + at, g + at, gradientScale, learningRate, decay, range.count)
    }
  }
}
