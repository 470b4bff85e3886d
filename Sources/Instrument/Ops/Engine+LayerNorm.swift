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
    let (width, m, r) = (input.columns, mean.floats, rstd.floats)
    RowKernel.perform(
      input.rows, grain: 16, [.written(output), .read(input), .shared(weight), .shared(bias)]
    ) { rows, at in
      let first = rows.lowerBound
      layernorm_forward(
        at[0], m + first, r + first, at[1], at[2], at[3], rows.count, width, epsilon)
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
    let (width, m, r) = (input.columns, mean.floats, rstd.floats)
    RowKernel.perform(input.rows, grain: 16, [.read(input)]) { rows, at in
      let first = rows.lowerBound
      layernorm_statistics(m + first, r + first, at[0], rows.count, width, epsilon)
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
    let (width, m, r) = (input.columns, mean.floats, rstd.floats)
    RowKernel.perform(
      input.rows, grain: 16, [.written(output), .read(input), .shared(weight), .shared(bias)]
    ) { rows, at in
      let first = rows.lowerBound
      layernorm_apply(at[0], at[1], m + first, r + first, at[2], at[3], rows.count, width)
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
    let (width, m, r) = (input.columns, mean.floats, rstd.floats)
    ColumnSums.perform(
      into: [.updated(weightGradient), .updated(biasGradient)], accumulating: accumulating,
      [.read(gradient), .read(input)], rows: input.rows, grain: 16
    ) { part, sums, at in
      let first = part.rows.lowerBound
      layernorm_backward_parameters(
        sums[0], sums[1], at[0], at[1], m + first, r + first, part.rows.count, part.width,
        part.columns.lowerBound, part.columns.upperBound, part.isAccumulating)
    }
    RowKernel.perform(
      input.rows, grain: 16,
      [
        addingResidual ? .updated(inputGradient) : .written(inputGradient), .read(gradient),
        .read(input), .shared(weight),
      ]
    ) { rows, at in
      let first = rows.lowerBound
      layernorm_backward_input(
        at[0], at[1], at[2], m + first, r + first, at[3], addingResidual ? at[0] : nil,
        rows.count, width)
    }
  }
}
