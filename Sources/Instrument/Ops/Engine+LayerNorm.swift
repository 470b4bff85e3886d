import CKernels
import Catalogue

extension Engine {
  /// Arithmetic operations per element: two for the mean and variance each, and four to normalise,
  /// scale and shift.
  private static let layerNormFLOPs = 8
  /// The same for the gradients of input, weight and bias.
  private static let layerNormBackwardFLOPs = 17

  /// Layer norm (Ba et al., arXiv 1607.06450): (x - mean) · rstd · weight + bias, row by row.
  ///
  /// - Parameters:
  ///   - output: (R,C), written.
  ///   - mean: (R,1), written.
  ///   - rstd: (R,1), the reciprocal of the deviation, written.
  ///   - input: (R,C).
  ///   - weight: (1,C).
  ///   - bias: (1,C).
  ///   - epsilon: added to the variance.
  public func layerNorm(
    into output: borrowing Tensor, mean: borrowing Tensor, rstd: borrowing Tensor,
    _ input: borrowing Tensor, weight: borrowing Tensor, bias: borrowing Tensor, epsilon: Float
  ) {
    record(
      .layerNorm,
      elementwise: Self.layerNormFLOPs * input.count,
      touching: input.bytes + output.bytes + mean.bytes + rstd.bytes + weight.bytes + bias.bytes)
    guard isReal else { return }
    let width = input.columns
    let (out, m, r) = (output.floats, mean.floats, rstd.floats)
    let (x, w, b) = (input.floats, weight.floats, bias.floats)
    Parallel.ranges(input.rows, grain: 16) { rows in
      let (first, at) = (rows.lowerBound, rows.lowerBound * width)
      layernorm_forward(
        out + at, m + first, r + first, x + at, w, b, rows.count, width, epsilon)
    }
  }

  /// The statistics of each row again, from the input.
  public func layerNormStatistics(
    mean: borrowing Tensor, rstd: borrowing Tensor, _ input: borrowing Tensor, epsilon: Float
  ) {
    record(
      .layerNormStatistics, elementwise: 4 * input.count,
      touching: input.bytes + mean.bytes + rstd.bytes)
    guard isReal else { return }
    let width = input.columns
    let (m, r, x) = (mean.floats, rstd.floats, input.floats)
    Parallel.ranges(input.rows, grain: 16) { rows in
      let first = rows.lowerBound
      layernorm_statistics(m + first, r + first, x + first * width, rows.count, width, epsilon)
    }
  }

  /// The output again, from the input and its statistics.
  public func layerNormApply(
    into output: borrowing Tensor, _ input: borrowing Tensor, mean: borrowing Tensor,
    rstd: borrowing Tensor, weight: borrowing Tensor, bias: borrowing Tensor
  ) {
    record(
      .layerNormApply,
      elementwise: 4 * input.count,
      touching: input.bytes + output.bytes + mean.bytes + rstd.bytes + weight.bytes + bias.bytes)
    guard isReal else { return }
    let width = input.columns
    let (out, x, m, r) = (output.floats, input.floats, mean.floats, rstd.floats)
    let (w, b) = (weight.floats, bias.floats)
    Parallel.ranges(input.rows, grain: 16) { rows in
      let (first, at) = (rows.lowerBound, rows.lowerBound * width)
      layernorm_apply(out + at, x + at, m + first, r + first, w, b, rows.count, width)
    }
  }

  /// Gradients of layer norm.
  ///
  /// - Parameters:
  ///   - inputGradient: (R,C): written, or added to where it holds the gradient of the residual
  ///     stream that goes around the norm.
  ///   - addingResidual: whether `inputGradient` holds that gradient.
  ///   - weightGradient: (1,C), overwritten unless `accumulating`.
  ///   - biasGradient: (1,C), overwritten unless `accumulating`.
  ///   - accumulating: whether these hold gradients already.
  ///   - gradient: (R,C), of the output.
  ///   - input: (R,C).
  ///   - mean: (R,1), of the input.
  ///   - rstd: (R,1), of the input.
  ///   - weight: (1,C).
  public func layerNormBackward(
    _ inputGradient: borrowing Tensor, addingResidual: Bool, weightGradient: borrowing Tensor,
    biasGradient: borrowing Tensor, accumulating: Bool, from gradient: borrowing Tensor,
    input: borrowing Tensor, mean: borrowing Tensor, rstd: borrowing Tensor,
    weight: borrowing Tensor
  ) {
    record(
      .layerNormBackward,
      elementwise: Self.layerNormBackwardFLOPs * input.count,
      touching: gradient.bytes + input.bytes + (addingResidual ? 2 : 1) * inputGradient.bytes
        + mean.bytes + rstd.bytes + 3 * weight.bytes)
    guard isReal else { return }
    let (count, width) = (input.rows, input.columns)
    let (dx, dw, db) = (inputGradient.floats, weightGradient.floats, biasGradient.floats)
    let (dy, x, m, r, w) = (
      gradient.floats, input.floats, mean.floats, rstd.floats, weight.floats
    )
    Parallel.ranges(width, grain: 16) { columns in
      layernorm_backward_parameters(
        dw, db, dy, x, m, r, count, width, columns.lowerBound, columns.upperBound, accumulating)
    }
    Parallel.ranges(count, grain: 16) { rows in
      let (first, at) = (rows.lowerBound, rows.lowerBound * width)
      layernorm_backward_input(
        dx + at, dy + at, x + at, m + first, r + first, w, addingResidual ? dx + at : nil,
        rows.count, width)
    }
  }
}
