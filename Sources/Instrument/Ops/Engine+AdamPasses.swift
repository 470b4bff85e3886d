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
    RowKernel.perform(
      gradient.count, grain: 1 << 14,
      [
        .elements(firstMoment, .updated), .elements(secondMoment, .updated),
        .elements(gradient, .read),
      ]
    ) { range, at in
      adam_moments(
        at[0], at[1], at[2], constants.gradientScale, constants.betas.0, constants.betas.1,
        range.count)
    }
  }

  /// The root of the second moment, its bias corrected, into `root`.
  public func adamRoot(
    into root: borrowing Tensor, secondMoment: borrowing Tensor, _ constants: AdamWStep
  ) {
    record(.adamRoot, elementwise: 2 * root.count, touching: 2 * root.bytes)
    guard isReal else { return }
    let correction = constants.correction(constants.betas.1)
    RowKernel.perform(
      root.count, grain: 1 << 14, [.elements(root, .written), .elements(secondMoment, .read)]
    ) { range, at in
      adam_root(at[0], at[1], correction, range.count)
    }
  }

  /// A tensor plus a number, into `output`, which may be the tensor itself.
  public func add(into output: borrowing Tensor, _ input: borrowing Tensor, constant: Float) {
    record(.addConstant, elementwise: output.count, touching: 2 * output.bytes)
    guard isReal else { return }
    RowKernel.perform(
      output.count, grain: 1 << 14, [.elements(output, .written), .elements(input, .read)]
    ) { range, at in
      add_constant(at[0], at[1], constant, range.count)
    }
  }

  /// Decay, and the step of firstMoment / divisor.
  public func adamApply(
    _ parameter: borrowing Tensor, firstMoment: borrowing Tensor, divisor: borrowing Tensor,
    _ constants: AdamWStep
  ) {
    record(.adamApply, elementwise: 5 * parameter.count, touching: 4 * parameter.bytes)
    guard isReal else { return }
    let correction = constants.correction(constants.betas.0)
    RowKernel.perform(
      parameter.count, grain: 1 << 14,
      [
        .elements(parameter, .updated), .elements(firstMoment, .read), .elements(divisor, .read),
      ]
    ) { range, at in
      adamw_apply(
        at[0], at[1], at[2], constants.learningRate, constants.weightDecay, correction, range.count)
    }
  }
}
