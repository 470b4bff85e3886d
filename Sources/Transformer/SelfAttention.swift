import Catalogue
import Instrument

/// The attention half of a block: queries, keys and values in one projection, the attention core,
/// and the projection back to the residual stream.
struct SelfAttention: ~Copyable {
  var qkv: Linear
  var projection: ResidualProjection
  private let layer: Int

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor?
    let core: AttentionCore.Saved
    let context: Tensor
    let projection: ResidualProjection.Saved
  }

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    qkv = Linear(
      Linear.Roles(weight: .qkvWeight, bias: .qkvBias), input: shape.hidden,
      output: 3 * shape.hidden, initialisation, engine)
    projection = ResidualProjection(
      Linear.Roles(weight: .attentionProjectionWeight, bias: .attentionProjectionBias),
      outputRole: .attentionProjectionOutput,
      dropout: DropoutLayer(
        role: .attentionResidualDropoutMask, site: .attentionResidual, layer: layer),
      input: shape.hidden, shape, initialisation, engine)
    self.layer = layer
  }

  /// stream + projection(attention(input)); `input` and `stream` (R,h).
  func forward(_ input: consuming Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let engine = step.engine
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    input.retag(.attentionInput)
    let heads = engine.make(input.rows, 3 * step.shape.hidden, .activation, .attentionQKV)
    engine.linear(into: heads, input, weight: qkv.weight.value)
    engine.addBias(heads, qkv.bias.value)
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

    let input = norm.output(saved.input, again: normSaved, engine)
    qkv.parametersBackward(heads, input: input, engine)
    _ = consume input
    return qkv.inputBackward(heads, engine)
  }
}
