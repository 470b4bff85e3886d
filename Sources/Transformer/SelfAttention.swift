import Catalogue
import Instrument

/// The attention half of a block: queries, keys and values in one projection, the attention core,
/// and the projection back to the residual stream.
struct SelfAttention: ~Copyable {
  var qkv: Parameter
  var qkvBias: Parameter
  var projection: ResidualProjection
  private let layer: Int

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor?
    let core: AttentionCore.Saved
    let context: Tensor
    let projection: ResidualProjection.Saved
  }

  /// The result of forward.
  struct Forwarded: ~Copyable {
    let stream: Tensor
    let saved: Saved
  }

  private static let roles = ResidualProjection.Roles(
    weight: .attentionProjectionWeight, bias: .attentionProjectionBias,
    output: .attentionProjectionOutput, mask: .attentionResidualDropoutMask)

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    let hidden = shape.hidden
    qkv = Parameter(.qkvWeight, 3 * hidden, hidden, initialisation(.qkvWeight), engine)
    qkvBias = Parameter(.qkvBias, 1, 3 * hidden, .constant(0), engine)
    projection = ResidualProjection(
      Self.roles, input: hidden, shape, layer: layer, .attentionResidual, initialisation, engine)
    self.layer = layer
  }

  /// stream + projection(attention(input)); `input` and `stream` (R,h).
  func forward(_ input: consuming Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded
  {
    let engine = step.engine
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    input.retag(.attentionInput)
    let heads = engine.make(input.rows, qkv.value.rows, .activation, .attentionQKV)
    engine.linear(into: heads, input, weight: qkv.value)
    engine.addBias(heads, qkvBias.value)
    let input = input.kept(if: step.convention.keepsNormOutput)
    let context = engine.make(stream.rows, stream.columns, .activation, .attentionContext)
    let core = AttentionCore.forward(
      into: context, heads, step.dropout(.attention, layer: layer), step)
    let projected = projection.forward(context, addingTo: stream, step)
    return Forwarded(
      stream: projected.stream,
      saved: Saved(input: input, core: core, context: context, projection: projected.saved))
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
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    let contextGradient = projection.backward(
      gradient, saved.projection, input: saved.context, step)
    let heads = AttentionCore.backward(
      contextGradient, context: saved.context, saved.core, step.dropout(.attention, layer: layer),
      step)
    _ = consume contextGradient
    _ = consume saved.context

    qkvBias.accumulate { bias, accumulating in
      engine.biasGradient(into: bias, accumulating: accumulating, heads)
    }
    let input = norm.output(saved.input, again: normSaved, engine)
    qkv.accumulate { weight, accumulating in
      engine.linearWeightGradient(into: weight, accumulating: accumulating, heads, input: input)
    }
    _ = consume input
    let inputGradient = engine.make(
      heads.rows, qkv.value.columns, .temporary, .activationGradient)
    engine.linearInputGradient(into: inputGradient, heads, weight: qkv.value)
    return inputGradient
  }
}
