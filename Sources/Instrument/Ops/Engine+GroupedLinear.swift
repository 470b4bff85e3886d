import Catalogue

/// Linear layers of several experts, each for the rows at its own places. The weights of all experts
/// lie one below the other in one tensor, as in transformers.
///
/// All places together are R·k whatever the routing, or E·C with the empty ones, and so are the FLOPs;
/// a dry run, which knows no places, counts the same.
extension Engine {
  /// x·Wᵀ, with the weight of the expert whose place it is.
  ///
  /// - Parameters:
  ///   - output: (R·k,out), written.
  ///   - input: (R·k,in).
  ///   - weights: (E·out,in).
  ///   - routing: the places of each expert.
  public func groupedLinear(
    into output: borrowing Tensor, _ input: borrowing Tensor, weights: borrowing Tensor,
    _ routing: borrowing Routing
  ) {
    let (outs, ins) = (output.columns, input.columns)
    let workspace = recordGrouped(weights.role, output, input, weights)
    for (expert, places) in routing.filled {
      run(
        MatrixProduct(m: places.count, n: outs, k: ins, transposeB: true),
        output.elements.advanced(by: places.lowerBound * outs),
        input.elements.advanced(by: places.lowerBound * ins),
        weights.elements.advanced(by: expert * outs * ins), in: workspace)
    }
  }

  /// Gradient of the input: dy·W.
  ///
  /// - Parameters:
  ///   - inputGradient: (R·k,in), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds another layer's share already.
  ///   - gradient: (R·k,out), of the output.
  ///   - weights: (E·out,in).
  ///   - routing: the places of each expert.
  public func groupedLinearInputGradient(
    into inputGradient: borrowing Tensor, accumulating: Bool = false,
    _ gradient: borrowing Tensor, weights: borrowing Tensor, _ routing: borrowing Routing
  ) {
    let (outs, ins) = (gradient.columns, inputGradient.columns)
    let workspace = recordGrouped(weights.role, gradient, inputGradient, weights)
    for (expert, places) in routing.filled {
      run(
        MatrixProduct(m: places.count, n: ins, k: outs).adding(accumulating),
        inputGradient.elements.advanced(by: places.lowerBound * ins),
        gradient.elements.advanced(by: places.lowerBound * outs),
        weights.elements.advanced(by: expert * outs * ins), in: workspace)
    }
  }

  /// Gradient of the weights: dyᵀ·x. That of an expert without a row is 0.
  ///
  /// - Parameters:
  ///   - weightGradient: (E·out,in), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds a gradient already.
  ///   - gradient: (R·k,out), of the output.
  ///   - input: (R·k,in).
  ///   - routing: the places of each expert.
  public func groupedLinearWeightGradient(
    into weightGradient: borrowing Tensor, accumulating: Bool, _ gradient: borrowing Tensor,
    input: borrowing Tensor, _ routing: borrowing Routing
  ) {
    let (outs, ins) = (gradient.columns, input.columns)
    let workspace = recordGrouped(weightGradient.role, gradient, input, weightGradient)
    for (expert, groups) in routing.groups.enumerated() {
      let ofExpert = weightGradient.elements.advanced(by: expert * outs * ins)
      var isWritten = accumulating
      for places in groups where !places.isEmpty {
        run(
          MatrixProduct(m: outs, n: ins, k: places.count, transposeA: true).adding(isWritten),
          ofExpert, gradient.elements.advanced(by: places.lowerBound * outs),
          input.elements.advanced(by: places.lowerBound * ins), in: workspace)
        isWritten = true
      }
      if !isWritten { ofExpert.clear(count: outs * ins) }
    }
  }

  /// - Returns: a workspace for the products, where an operand is stored in 16 bits. Its size does
  ///   not depend on the routing.
  private func recordGrouped(
    _ role: TensorRole, _ wide: borrowing Tensor, _ narrow: borrowing Tensor,
    _ weights: borrowing Tensor
  ) -> Tensor? {
    let product = MatrixProduct(m: wide.rows, n: wide.columns, k: narrow.columns)
    record(
      .groupedProduct, touching: wide.bytes + narrow.bytes + weights.bytes,
      products: [role: ProductCount(executed: product.flops)],
      sizes: product.sizes(narrow.precision))
    let isNarrow =
      wide.elements.isNarrow || narrow.elements.isNarrow || weights.elements.isNarrow
    return isNarrow ? tileWorkspace(for: product) : nil
  }
}
