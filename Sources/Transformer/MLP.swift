import Catalogue
import Instrument

/// The feed-forward half of a block: up to f, GELU, and down to the residual stream.
struct MLP: ~Copyable {
  var up: Linear
  var down: ResidualProjection

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor?
    let activationInput: Tensor
    let activationOutput: Tensor?
    let projection: ResidualProjection.Saved
  }

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    up = Linear(
      Linear.Roles(weight: .mlpUpWeight, bias: .mlpUpBias), input: shape.hidden,
      output: shape.feedForward, initialisation, engine)
    down = ResidualProjection(
      Linear.Roles(weight: .mlpDownWeight, bias: .mlpDownBias), outputRole: .mlpProjectionOutput,
      dropout: DropoutLayer(role: .mlpResidualDropoutMask, site: .mlpResidual, layer: layer),
      input: shape.feedForward, shape, initialisation, engine)
  }

  /// stream + down(gelu(up(input))); `input` and `stream` (R,h).
  func forward(_ input: consuming Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    input.retag(.mlpInput)
    let hidden = engine.make(
      input.rows, step.shape.feedForward, .activation, .mlpActivationInput)
    engine.linear(into: hidden, input, weight: up.weight.value)
    let input = input.kept(if: step.convention.keepsNormOutput)
    let activated = engine.make(hidden.rows, hidden.columns, .activation, .mlpActivationOutput)
    engine.biasGELU(into: activated, hidden, bias: up.bias.value)
    let projected = down.forward(activated, addingTo: stream, step)
    return Forwarded(
      stream: projected.stream,
      saved: Saved(
        input: input, activationInput: hidden,
        activationOutput: activated.kept(if: step.convention.keepsActivationOutput),
        projection: projected.saved))
  }

  /// Gradients from that of the stream.
  ///
  /// - Parameters:
  ///   - norm: makes the input again, if it was not kept.
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input norm: borrowing LayerNorm,
    again normSaved: borrowing LayerNorm.Saved, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    let activated = Self.activated(saved.activationOutput, again: saved.activationInput, engine)
    let hiddenGradient = down.backward(gradient, saved.projection, input: activated, step)
    _ = consume activated
    engine.geluBackward(hiddenGradient, input: saved.activationInput)
    _ = consume saved.activationInput

    let input = norm.output(saved.input, again: normSaved, engine)
    up.parametersBackward(hiddenGradient, input: input, engine)
    _ = consume input
    return up.inputBackward(hiddenGradient, engine)
  }

  /// The activation's output: as it was kept, or made again.
  private static func activated(
    _ kept: consuming Tensor?, again input: borrowing Tensor, _ engine: Engine
  ) -> Tensor {
    if let kept { return kept }
    let output = engine.make(input.rows, input.columns, .temporary, .mlpActivationOutput)
    engine.recomputing { engine.gelu(into: output, input) }
    return output
  }
}
