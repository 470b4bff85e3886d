import CKernels
import Catalogue

/// AdamW op by op, as PyTorch runs it where it is not fused: the same arithmetic in the same order
/// for every element, so that no bit differs from `adamW`.
extension Engine {
  /// Lets both moments take up the gradient.
  public func adamMoments(
    firstMoment: borrowing Tensor, secondMoment: borrowing Tensor, gradient: borrowing Tensor,
    _ constants: AdamWStep
  ) {
    // The clipping, and three operations for each moment and one for the square.
    record(.adamMoments, elementwise: 8 * gradient.count, touching: 5 * gradient.bytes)
    guard isReal else { return }
    let (m, v, g) = (firstMoment.floats, secondMoment.floats, gradient.floats)
    Parallel.ranges(gradient.count, grain: 1 << 14) { range in
      let at = range.lowerBound
      adam_moments(
        m + at, v + at, g + at, constants.gradientScale, constants.betas.0, constants.betas.1,
        range.count)
    }
  }

  /// The root of the second moment, its bias corrected, into `root`.
  public func adamRoot(
    into root: borrowing Tensor, secondMoment: borrowing Tensor, _ constants: AdamWStep
  ) {
    record(.adamRoot, elementwise: 2 * root.count, touching: 2 * root.bytes)
    guard isReal else { return }
    let (out, v) = (root.floats, secondMoment.floats)
    let correction = constants.correction(constants.betas.1)
    Parallel.ranges(root.count, grain: 1 << 14) { range in
      adam_root(out + range.lowerBound, v + range.lowerBound, correction, range.count)
    }
  }

  /// A tensor plus a number, into `output`, which may be the tensor itself.
  public func add(into output: borrowing Tensor, _ input: borrowing Tensor, constant: Float) {
    record(.addConstant, elementwise: output.count, touching: 2 * output.bytes)
    guard isReal else { return }
    let (out, x) = (output.floats, input.floats)
    Parallel.ranges(output.count, grain: 1 << 14) { range in
      add_constant(out + range.lowerBound, x + range.lowerBound, constant, range.count)
    }
  }

  /// Decay, and the step of firstMoment / divisor.
  public func adamApply(
    _ parameter: borrowing Tensor, firstMoment: borrowing Tensor, divisor: borrowing Tensor,
    _ constants: AdamWStep
  ) {
    record(.adamApply, elementwise: 5 * parameter.count, touching: 4 * parameter.bytes)
    guard isReal else { return }
    let (p, m, d) = (parameter.floats, firstMoment.floats, divisor.floats)
    let correction = constants.correction(constants.betas.0)
    Parallel.ranges(parameter.count, grain: 1 << 14) { range in
      let at = range.lowerBound
      adamw_apply(
        p + at, m + at, d + at, constants.learningRate, constants.weightDecay, correction,
        range.count)
    }
  }
}
