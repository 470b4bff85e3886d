import CKernels
import Catalogue

extension Engine {
  /// Arithmetic operations per element: two for the mean of squares, two to normalise, one to shift
  /// the weight and scale.
  private static let rmsNormFLOPs = 5
  /// The same for the gradients of input and weight.
  private static let rmsNormBackwardFLOPs = 12

  /// RMS norm (Zhang and Sennrich, arXiv 1910.07467): x · rstd · (weight + shift), row by row.
  ///
  /// - Parameters:
  ///   - output: (R,C), written.
  ///   - normalised: (R,C), x · rstd, written; nil where nobody keeps it.
  ///   - rstd: (R,1), the reciprocal of the root of the mean square, written.
  ///   - input: (R,C).
  ///   - weight: (1,C).
  ///   - shift: added to the weight.
  ///   - epsilon: added to the mean square.
  public func rmsNorm(
    into output: borrowing Tensor, normalised: borrowing Tensor?, rstd: borrowing Tensor,
    _ input: borrowing Tensor, weight: borrowing Tensor, shift: Float, epsilon: Float
  ) {
    let kept: Operand? =
      switch normalised {
      case .some(let normalised): .written(normalised)
      case .none: nil
      }
    record(
      .rmsNorm, elementwise: Self.rmsNormFLOPs * input.count,
      touching: (kept == nil ? 2 : 3) * input.bytes + rstd.bytes + weight.bytes)
    guard isReal else { return }
    let (width, r) = (input.columns, rstd.floats)
    RowKernel.perform(
      input.rows, grain: 16,
      [.written(output), .read(input), .shared(weight)] + (kept.map { [$0] } ?? [])
    ) { rows, at in
      rmsnorm_forward(
        at[0], kept == nil ? nil : at[3], r + rows.lowerBound, at[1], at[2], shift, rows.count,
        width, epsilon)
    }
  }

  /// The statistics of each row again, from the input.
  public func rmsNormStatistics(
    rstd: borrowing Tensor, _ input: borrowing Tensor, epsilon: Float
  ) {
    record(
      .rmsNormStatistics, elementwise: 2 * input.count, touching: input.bytes + rstd.bytes)
    guard isReal else { return }
    let (width, r) = (input.columns, rstd.floats)
    RowKernel.perform(input.rows, grain: 16, [.read(input)]) { rows, at in
      rmsnorm_statistics(r + rows.lowerBound, at[0], rows.count, width, epsilon)
    }
  }

  /// The output again, from the input and its statistics.
  public func rmsNormApply(
    into output: borrowing Tensor, _ input: borrowing Tensor, rstd: borrowing Tensor,
    weight: borrowing Tensor, shift: Float
  ) {
    record(
      .rmsNormApply, elementwise: 3 * input.count,
      touching: 2 * input.bytes + rstd.bytes + weight.bytes)
    guard isReal else { return }
    let (width, r) = (input.columns, rstd.floats)
    RowKernel.perform(
      input.rows, grain: 16, [.written(output), .read(input), .shared(weight)]
    ) { rows, at in
      rmsnorm_apply(at[0], at[1], r + rows.lowerBound, at[2], shift, rows.count, width)
    }
  }

  /// Gradients of RMS norm.
  ///
  /// - Parameters:
  ///   - inputGradient: (R,C), written; may be `gradient`.
  ///   - addingResidual: whether it is added to what `inputGradient` holds.
  ///   - weightGradient: (1,C), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds a gradient already.
  ///   - gradient: (R,C), of the output.
  ///   - input: (R,C).
  ///   - rstd: (R,1).
  ///   - weight: (1,C).
  ///   - shift: as in forward.
  public func rmsNormBackward(
    _ inputGradient: borrowing Tensor, addingResidual: Bool, weightGradient: borrowing Tensor,
    accumulating: Bool, from gradient: borrowing Tensor, input: borrowing Tensor,
    rstd: borrowing Tensor, weight: borrowing Tensor, shift: Float
  ) {
    record(
      .rmsNormBackward, elementwise: Self.rmsNormBackwardFLOPs * input.count,
      touching: (addingResidual ? 4 : 3) * input.bytes + rstd.bytes + 2 * weight.bytes)
    guard isReal else { return }
    let (width, r) = (input.columns, rstd.floats)
    // The weight's gradient first: the input's may overwrite what it is made of.
    ColumnSums.perform(
      into: [.updated(weightGradient)], accumulating: accumulating,
      [.read(gradient), .read(input)], rows: input.rows, grain: 16
    ) { part, sums, at in
      rmsnorm_backward_parameters(
        sums[0], at[0], at[1], r + part.rows.lowerBound, part.rows.count, part.width,
        part.columns.lowerBound, part.columns.upperBound, part.isAccumulating)
    }
    RowKernel.perform(
      input.rows, grain: 16,
      [
        addingResidual ? .updated(inputGradient) : .written(inputGradient), .read(gradient),
        .read(input), .shared(weight),
      ]
    ) { rows, at in
      rmsnorm_backward_input(
        at[0], at[1], at[2], r + rows.lowerBound, at[3], shift, addingResidual ? at[0] : nil,
        rows.count, width)
    }
  }
}
