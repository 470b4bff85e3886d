import Catalogue
import Instrument

/// What a masked language model has before its scores: a linear layer, an activation function and a
/// norm (Devlin et al., arXiv 1810.04805; their code, `get_masked_lm_output`).
struct HeadTransform: ~Copyable {
  var linear: Linear
  var norm: Norm
  private let activation: Architecture.Activation

  /// What backward needs, besides the stream.
  struct Saved: ~Copyable {
    /// Not kept where the output tells the slope.
    let activationInput: Tensor?
    /// The norm's input; made again where it is not kept.
    let activationOutput: Tensor?
    let norm: Norm.Saved
  }

  /// The result of forward.
  struct Transformed: ~Copyable {
    let output: Tensor
    let saved: Saved
  }

  init(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("head")
    linear = Linear(
      Linear.Roles(weight: .headTransformWeight, bias: .headTransformBias), input: shape.hidden,
      output: shape.hidden, initialisation, engine)
    engine.leave(outer)
    norm = Norm("headNorm", shape, engine)
    activation = shape.architecture.activation
  }

  /// norm(activation(stream·Wᵀ + bias)); `stream` (R,h).
  func forward(_ stream: borrowing Tensor, _ step: Step) -> Transformed {
    let (engine, keepsOutput) = (step.engine, step.convention.keepsActivationOutput)
    let outer = engine.enter("head")
    let hidden = engine.make(stream.rows, stream.columns, .activation, .headActivationInput)
    linear.forward(into: hidden, stream, engine)
    let activated = engine.make(stream.rows, stream.columns, .activation, .headActivationOutput)
    engine.activate(into: activated, hidden, activation)
    engine.leave(outer)
    let normalised = norm.forward(activated, step)
    norm.keepInput(activated, step)
    let parts = normalised.parts()
    return Transformed(
      output: parts.output,
      saved: Saved(
        activationInput: hidden.kept(if: !(activation.isKnownByOutput && keepsOutput)),
        activationOutput: activated.kept(if: keepsOutput), norm: parts.saved))
  }

  /// Calls `body` with the output, made again.
  func withOutput(
    _ saved: borrowing Saved, _ engine: Engine, _ body: (borrowing Tensor) -> Void
  ) {
    switch saved.activationOutput {
    case .some(let activated): norm.withOutput(saved.norm, of: activated, engine, body)
    case .none:
      let activated = activatedAgain(saved.activationInput, engine)
      norm.withOutput(saved.norm, of: activated, engine, body)
    }
  }

  /// Turns `gradient` (R,h) from that of the output into that of the activation function's input, in
  /// place; then gives the gradients of the linear layer.
  ///
  /// - Parameters:
  ///   - gradient: (R,h), of the output; overwritten.
  ///   - saved: what forward kept.
  ///   - stream: (R,h), as in forward.
  ///   - engine: what it runs on.
  /// - Returns: the gradient of the stream, (R,h).
  mutating func backward(
    _ gradient: consuming Tensor, _ saved: consuming Saved, of stream: borrowing Tensor,
    _ engine: Engine
  ) -> Tensor {
    let activated = activated(saved.activationOutput, again: saved.activationInput, engine)
    norm.backward(
      into: gradient, addingResidual: false, from: gradient, saved.norm, of: activated, engine)
    let outer = engine.enter("head")
    defer { engine.leave(outer) }
    if let input = saved.activationInput {
      engine.activateBackward(gradient, input: input, activation)
    } else {
      engine.activateBackward(gradient, input: activated, activation)
    }
    return linear.backward(gradient, input: stream, engine)
  }

  /// The activation's output: as it was kept, or made again.
  private func activated(
    _ kept: consuming Tensor?, again input: borrowing Tensor?, _ engine: Engine
  ) -> Tensor {
    if let kept { return kept }
    return activatedAgain(input, engine)
  }

  private func activatedAgain(_ input: borrowing Tensor?, _ engine: Engine) -> Tensor {
    switch input {
    case .none: preconditionFailure("neither input nor output of an activation was kept")
    case .some(let input):
      let output = engine.make(input.rows, input.columns, .temporary, .headActivationOutput)
      engine.recomputing { engine.activate(into: output, input, activation) }
      return output
    }
  }
}
