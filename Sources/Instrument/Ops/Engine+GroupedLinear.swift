import Catalogue

/// Linear layers of several experts, each for the rows at its own places. The weights of all experts
/// lie one below the other in one tensor, as in transformers.
///
/// All places together are R·k whatever the routing, and so are the FLOPs; a dry run, which knows no
/// places, counts the same.
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
    recordGrouped(weights.role, output, input, weights)
    for (expert, places) in routing.groups.enumerated() where !places.isEmpty {
      run(
        MatrixProduct(m: places.count, n: outs, k: ins, transposeB: true),
        output.floats + places.lowerBound * outs, input.floats + places.lowerBound * ins,
        weights.floats + expert * outs * ins)
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
    recordGrouped(weights.role, gradient, inputGradient, weights)
    for (expert, places) in routing.groups.enumerated() where !places.isEmpty {
      run(
        MatrixProduct(m: places.count, n: ins, k: outs).adding(accumulating),
        inputGradient.floats + places.lowerBound * ins,
        gradient.floats + places.lowerBound * outs, weights.floats + expert * outs * ins)
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
    recordGrouped(weightGradient.role, gradient, input, weightGradient)
    for (expert, places) in routing.groups.enumerated() {
      let ofExpert = weightGradient.floats + expert * outs * ins
      if !places.isEmpty {
        run(
          MatrixProduct(m: outs, n: ins, k: places.count, transposeA: true).adding(accumulating),
          ofExpert, gradient.floats + places.lowerBound * outs,
          input.floats + places.lowerBound * ins)
      } else if !accumulating {
        ofExpert.update(repeating: 0, count: outs * ins)
      }
    }
  }

  private func recordGrouped(
    _ role: TensorRole, _ wide: borrowing Tensor, _ narrow: borrowing Tensor,
    _ weights: borrowing Tensor
  ) {
    let product = MatrixProduct(m: wide.rows, n: wide.columns, k: narrow.columns)
    record(
      .groupedProduct, touching: wide.bytes + narrow.bytes + weights.bytes,
      products: [role: ProductCount(executed: product.flops)])
  }
}
