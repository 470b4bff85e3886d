import Catalogue
import Instrument

extension Parameter {
  /// Copies the weight into the format of the matrix products that it takes part in, if that is
  /// another: what autocast does where a weight is first used, and keeps for backward.
  mutating func makeCopy() {
    let format = engine.formats.activation
    guard isOperand, engine.formats.parameter != format else { return }
    let outer = engine.scope
    engine.leave(scope)
    copy = engine.copy(of: value, .activation, .weightCopy, precision: format)
    engine.leave(outer)
  }

  /// Frees the copy.
  mutating func releaseCopy() { copy = nil }

  /// What this rank updates of the weight, in 32 bits, for the optimizer.
  func masterCopy() -> Tensor {
    withOwnValue { engine.copy(of: $0, .optimizerState, .masterWeight, precision: .fp32) }
  }

  /// The weight as integers, where it is stored so; valid while the parameter lives.
  var integers: QuantisedMatrix? {
    guard let quantisation else { return nil }
    switch scales {
    case .some(let scales):
      return QuantisedMatrix(values: value, scales: scales, bits: quantisation.bits)
    case .none: return nil
    }
  }

  /// Lets `body` update what this replica updates of the weight: its 32 bits where it has such
  /// beside its 16, which follow.
  func withMaster(_ body: (borrowing Tensor) -> Void) {
    withOwnValue { value in
      switch master {
      case .none: body(value)
      case .some(let master):
        body(master)
        engine.convert(into: value, master)
      }
    }
  }

  /// Calls `body` with the weight as matrix products get it.
  fileprivate func withOperand(_ body: (borrowing Tensor) -> Void) {
    switch copy {
    case .some(let copy): body(copy)
    case .none: body(value)
    }
  }
}

extension Engine {
  /// x·Wᵀ, as `linear` of tensors.
  func linear(
    into output: borrowing Tensor, _ input: borrowing Tensor, weight: borrowing Parameter
  ) {
    if let integers = weight.integers {
      linear(into: output, input, weight: integers, weight.role)
    } else {
      weight.withOperand { linear(into: output, input, weight: $0) }
    }
  }

  /// dy·W, as `linearInputGradient` of tensors.
  func linearInputGradient(
    into inputGradient: borrowing Tensor, accumulating: Bool = false,
    _ gradient: borrowing Tensor, weight: borrowing Parameter
  ) {
    weight.withOperand {
      linearInputGradient(
        into: inputGradient, accumulating: accumulating, gradient, weight: $0)
    }
  }

  /// x·Wᵀ of each expert, as `groupedLinear` of tensors.
  func groupedLinear(
    into output: borrowing Tensor, _ input: borrowing Tensor, weights: borrowing Parameter,
    _ routing: borrowing Routing
  ) {
    weights.withOperand { groupedLinear(into: output, input, weights: $0, routing) }
  }

  /// dy·W of each expert, as `groupedLinearInputGradient` of tensors.
  func groupedLinearInputGradient(
    into inputGradient: borrowing Tensor, accumulating: Bool = false,
    _ gradient: borrowing Tensor, weights: borrowing Parameter, _ routing: borrowing Routing
  ) {
    weights.withOperand {
      groupedLinearInputGradient(
        into: inputGradient, accumulating: accumulating, gradient, weights: $0, routing)
    }
  }
}
