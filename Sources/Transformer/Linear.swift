import Catalogue
import Instrument

/// A linear layer: x·Wᵀ + bias, with W (out,in); some have no bias.
struct Linear: ~Copyable {
  var weight: Parameter
  var bias: Parameter?

  /// Which weights they are.
  struct Roles {
    let weight: TensorRole
    /// Nil for a layer without a bias.
    let bias: TensorRole?
  }

  /// - Parameters:
  ///   - roles: which weights they are.
  ///   - input: elements of its input; of this rank's part, where `split` divides columns.
  ///   - output: elements of its output; of this rank's part, where `split` divides rows.
  ///   - split: how ranks that share the layer divide the weight.
  ///   - initialisation: of the weight.
  ///   - engine: what they live on.
  init(
    _ roles: Roles, input: Int, output: Int, split: Split = .none,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    // A layer that every rank has all of sees this rank's rows of the stream.
    let isSummed = split.axis == nil && engine.rank.sequenceParts > 1
    weight = Parameter(
      roles.weight, output, input, initialisation(roles.weight), isOperand: true,
      quantisation: engine.formats.quantisation, split: split, isSummed: isSummed, engine)
    // Ranks with different outputs have their biases, others all of them.
    let biasSplit = split.axis == .rows ? Split(axis: .columns, blocks: split.blocks) : .none
    bias = roles.bias.map {
      Parameter($0, 1, output, .constant(0), split: biasSplit, isSummed: isSummed, engine)
    }
  }

  /// Writes the output (R,out) of `input` (R,in).
  func forward(into output: borrowing Tensor, _ input: borrowing Tensor, _ engine: Engine) {
    engine.linear(into: output, input, weight: weight)
    addBias(output, engine)
  }

  /// Adds the bias, if there is one, to `output` (R,out).
  func addBias(_ output: borrowing Tensor, _ engine: Engine) {
    switch bias {
    case .some(let bias): engine.addBias(output, bias.value)
    case .none: break
    }
  }

  /// Gradients of weight and bias, and of the input.
  ///
  /// - Parameters:
  ///   - gradient: (R,out), of the output.
  ///   - input: (R,in).
  /// - Returns: (R,in).
  mutating func backward(
    _ gradient: borrowing Tensor, input: borrowing Tensor, _ engine: Engine
  ) -> Tensor {
    parametersBackward(gradient, input: input, engine)
    return inputBackward(gradient, engine)
  }

  /// Gradients of weight and bias.
  mutating func parametersBackward(
    _ gradient: borrowing Tensor, input: borrowing Tensor, _ engine: Engine
  ) {
    bias?.accumulate { bias, accumulating in
      engine.biasGradient(into: bias, accumulating: accumulating, gradient)
    }
    weight.accumulate { weight, accumulating in
      engine.linearWeightGradient(
        into: weight, accumulating: accumulating, gradient, input: input)
    }
  }

  /// The gradient of the input, (R,in), from that of the output, (R,out): the last use of the
  /// weight in a pass.
  mutating func inputBackward(_ gradient: borrowing Tensor, _ engine: Engine) -> Tensor {
    let inputGradient = engine.make(
      gradient.rows, weight.columns, .temporary, .activationGradient)
    addInputGradient(into: inputGradient, accumulating: false, gradient, engine)
    return inputGradient
  }

  /// The same into a tensor that holds another layer's share where `accumulating`.
  mutating func addInputGradient(
    into inputGradient: borrowing Tensor, accumulating: Bool, _ gradient: borrowing Tensor,
    _ engine: Engine
  ) {
    engine.linearInputGradient(
      into: inputGradient, accumulating: accumulating, gradient, weight: weight)
    weight.releaseCopy()
  }
}
