import Catalogue
import Instrument

/// The feed-forward half of a block: up to f, GELU, and down to the residual stream.
struct MLP: ~Copyable {
  var up: Parameter
  var upBias: Parameter
  var down: ResidualProjection

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor?
    let activationInput: Tensor
    let activationOutput: Tensor?
    let projection: ResidualProjection.Saved
  }

  /// The result of forward.
  struct Forwarded: ~Copyable {
    let stream: Tensor
    let saved: Saved
  }

  private static let roles = ResidualProjection.Roles(
    weight: .mlpDownWeight, bias: .mlpDownBias, output: .mlpProjectionOutput,
    mask: .mlpResidualDropoutMask)

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    up = Parameter(
      .mlpUpWeight, shape.feedForward, shape.hidden, initialisation(.mlpUpWeight), engine)
    upBias = Parameter(.mlpUpBias, 1, shape.feedForward, .constant(0), engine)
    down = ResidualProjection(
      Self.roles, input: shape.feedForward, shape, layer: layer, .mlpResidual, initialisation,
      engine)
  }

  /// stream + down(gelu(up(input))); `input` and `stream` (R,h).
  func forward(_ input: consuming Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded
  {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    input.retag(.mlpInput)
    let hidden = engine.make(input.rows, up.value.rows, .activation, .mlpActivationInput)
    engine.linear(into: hidden, input, weight: up.value)
    let input = input.kept(if: step.convention.keepsNormOutput)
    let activated = engine.make(hidden.rows, hidden.columns, .activation, .mlpActivationOutput)
    engine.biasGELU(into: activated, hidden, bias: upBias.value)
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

    upBias.accumulate { bias, accumulating in
      engine.biasGradient(into: bias, accumulating: accumulating, hiddenGradient)
    }
    let input = norm.output(saved.input, again: normSaved, engine)
    up.accumulate { weight, accumulating in
      engine.linearWeightGradient(
        into: weight, accumulating: accumulating, hiddenGradient, input: input)
    }
    _ = consume input
    let inputGradient = engine.make(
      hiddenGradient.rows, up.value.columns, .temporary, .activationGradient)
    engine.linearInputGradient(into: inputGradient, hiddenGradient, weight: up.value)
    return inputGradient
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
