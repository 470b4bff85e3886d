import CKernels
import Catalogue

extension Engine {
  /// A linear layer without its bias: x·Wᵀ.
  ///
  /// - Parameters:
  ///   - output: (R,out), written.
  ///   - input: (R,in).
  ///   - weight: (out,in).
  public func linear(
    into output: borrowing Tensor, _ input: borrowing Tensor, weight: borrowing Tensor
  ) {
    precondition(input.columns == weight.columns && output.columns == weight.rows)
    multiply(
      MatrixProduct(m: input.rows, n: weight.rows, k: input.columns, transposeB: true),
      weight.role, output.elements, input.elements, weight.elements)
  }

  /// Gradient of a linear layer's input: dy·W.
  ///
  /// - Parameters:
  ///   - inputGradient: (R,in), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds another layer's share already.
  ///   - gradient: (R,out), of the output.
  ///   - weight: (out,in).
  public func linearInputGradient(
    into inputGradient: borrowing Tensor, accumulating: Bool = false,
    _ gradient: borrowing Tensor, weight: borrowing Tensor
  ) {
    multiply(
      MatrixProduct(
        m: gradient.rows, n: weight.columns, k: weight.rows, beta: accumulating ? 1 : 0),
      weight.role, inputGradient.elements, gradient.elements, weight.elements)
  }

  /// Gradient of a linear layer's weight: dyᵀ·x.
  ///
  /// - Parameters:
  ///   - weightGradient: (out,in), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds a gradient already.
  ///   - gradient: (R,out), of the output.
  ///   - input: (R,in).
  public func linearWeightGradient(
    into weightGradient: borrowing Tensor, accumulating: Bool, _ gradient: borrowing Tensor,
    input: borrowing Tensor
  ) {
    multiply(
      MatrixProduct(
        m: gradient.columns, n: input.columns, k: gradient.rows, transposeA: true,
        beta: accumulating ? 1 : 0),
      weightGradient.role, weightGradient.elements, gradient.elements, input.elements)
  }

  /// Adds the bias (1,C) to every row of `inout` (R,C).
  public func addBias(_ inout_: borrowing Tensor, _ bias: borrowing Tensor) {
    record(.addBias, elementwise: inout_.count, touching: 2 * inout_.bytes + bias.bytes)
    guard isReal else { return }
    let width = inout_.columns
    RowKernel.perform(inout_.rows, grain: 16, [.updated(inout_), .shared(bias)]) { rows, at in
      bias_forward(at[0], at[1], rows.count, width)
    }
  }

  /// Gradient of a bias: the column sums of `gradient` (R,C), into `biasGradient` (1,C), which is
  /// overwritten unless `accumulating`.
  public func biasGradient(
    into biasGradient: borrowing Tensor, accumulating: Bool, _ gradient: borrowing Tensor
  ) {
    record(
      .biasGradient, elementwise: gradient.count, touching: gradient.bytes + biasGradient.bytes)
    guard isReal else { return }
    ColumnSums.perform(
      into: [.updated(biasGradient)], accumulating: accumulating, [.read(gradient)],
      rows: gradient.rows, grain: 64
    ) { part, sums, at in
      bias_backward(
        sums[0], at[0], part.rows.count, part.width, part.columns.lowerBound,
        part.columns.upperBound, part.isAccumulating)
    }
  }

  /// The end of a residual branch with a bias: `branch` (R,C) becomes residual + branch + bias.
  public func addBiasAndResidual(
    _ branch: borrowing Tensor, bias: borrowing Tensor, residual: borrowing Tensor
  ) {
    record(
      .addBiasAndResidual,
      elementwise: 2 * branch.count, touching: 2 * branch.bytes + residual.bytes + bias.bytes)
    guard isReal else { return }
    let width = branch.columns
    RowKernel.perform(
      branch.rows, grain: 16, [.updated(branch), .shared(bias), .read(residual)]
    ) { rows, at in
      bias_residual_forward(at[0], at[1], at[2], rows.count, width)
    }
  }

  /// The sum of two tensors of the same shape, into `output`, which may be one of them.
  public func add(
    into output: borrowing Tensor, _ first: borrowing Tensor, _ second: borrowing Tensor
  ) {
    record(.add, elementwise: output.count, touching: 3 * output.bytes)
    guard isReal else { return }
    RowKernel.perform(
      output.count, grain: 4096,
      [.elements(output, .written), .elements(first, .read), .elements(second, .read)]
    ) { range, at in
      CKernels.add(at[0], at[1], at[2], range.count)
    }
  }
}
