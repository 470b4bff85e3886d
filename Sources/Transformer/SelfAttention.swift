import Catalogue
import Instrument

/// The attention half of a block: queries, keys and values in one projection, the attention core,
/// and the projection back to the residual stream.
struct SelfAttention: ~Copyable {
  var qkv: Linear
  var queryNorm: HeadNorm?
  var keyNorm: HeadNorm?
  var projection: ResidualProjection
  private let layer: Int

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    let queryNorm: HeadNorm.Saved?
    let keyNorm: HeadNorm.Saved?
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
    let architecture = shape.architecture
    qkv = Linear(
      Linear.Roles(weight: .qkvWeight, bias: architecture.biases.qkv ? .qkvBias : nil),
      input: shape.hidden, output: (shape.heads + 2 * shape.kvHeads) * shape.headDimension,
      split: .rows(
        shape.heads * shape.headDimension, shape.kvHeads * shape.headDimension,
        shape.kvHeads * shape.headDimension), initialisation, engine)
    let hasHeadNorms = architecture.hasQueryKeyNorm
    queryNorm = hasHeadNorms ? HeadNorm(.query, shape, engine) : nil
    keyNorm = hasHeadNorms ? HeadNorm(.key, shape, engine) : nil
    projection = ResidualProjection(
      Linear.Roles(
        weight: .attentionProjectionWeight,
        bias: architecture.biases.projection ? .attentionProjectionBias : nil),
      outputRole: .attentionProjectionOutput,
      dropout: DropoutLayer(
        role: .attentionResidualDropoutMask, site: .attentionResidual, layer: layer),
      input: shape.heads * shape.headDimension, shape, initialisation, engine)
    self.layer = layer
  }

  /// Queries, keys and values (R,(a+2g)d) of `input` (R,h).
  func project(_ input: borrowing Tensor, _ step: Step) -> Tensor {
    let outer = step.engine.enter("attention")
    defer { step.engine.leave(outer) }
    input.retag(.attentionInput)
    let heads = step.engine.make(
      input.rows * step.rank.sequenceParts, qkv.weight.value.rows, .activation, .attentionQKV)
    step.withAllRows(input) { qkv.forward(into: heads, $0, step.engine) }
    return heads
  }

  /// stream + projection(attention(heads)); `stream` (R,h).
  func forward(_ heads: consuming Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let engine = step.engine
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    let query = queryNorm?.forward(heads, step)
    let key = keyNorm?.forward(heads, step)
    if let angles = step.angles { engine.rotate(heads, by: angles, step.attentionShape) }
    let context = engine.make(
      step.rows, projection.linear.weight.columns, .activation, .attentionContext)
    let core = AttentionCore.forward(
      into: context, .fused(heads), step.attentionShape, step.dropout(.attention, layer: layer),
      step)
    let projected = projection.forward(context, addingTo: stream, step)
    return Forwarded(
      stream: projected.stream,
      saved: Saved(
        queryNorm: query, keyNorm: key, core: core, context: context, projection: projected.saved))
  }

  /// Gradients from that of the stream, where the `input` (R,h) was kept.
  ///
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    let heads = headsGradient(gradient, saved, step)
    step.withAllRows(input) { qkv.parametersBackward(heads, input: $0, engine) }
    return step.summed(qkv.inputBackward(heads, engine))
  }

  /// Gradients from that of the stream, where a norm's output was the input.
  ///
  /// - Parameters:
  ///   - norm: gives the input, from what it kept of `normInput`.
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input norm: borrowing Norm,
    _ normSaved: borrowing Norm.Saved, of normInput: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    let heads = headsGradient(gradient, saved, step)
    norm.withOutput(normSaved, of: normInput, engine) { input in
      step.withAllRows(input) { qkv.parametersBackward(heads, input: $0, engine) }
    }
    return step.summed(qkv.inputBackward(heads, engine))
  }

  /// The gradient of queries, keys and values, (R,(a+2g)d), as they were projected.
  private mutating func headsGradient(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let contextGradient = projection.backward(
      gradient, saved.projection, input: saved.context, step)
    let shape = step.attentionShape
    let heads = engine.make(
      contextGradient.rows, shape.qkvWidth, .temporary, .activationGradient)
    let keys = step.roomForKeyGradients(shape)
    AttentionCore.backward(
      into: HeadPlaces(fused: heads, shape).with(keyValue: keys, shape), from: contextGradient,
      context: saved.context, saved.core, shape, step.dropout(.attention, layer: layer), step)
    if let keys { step.shareOut(keys, into: heads, shape) }
    _ = consume contextGradient
    _ = consume saved.context
    if let angles = step.angles { engine.rotateBackward(heads, by: angles, shape) }
    if let query = saved.queryNorm { queryNorm?.backward(heads, query, step) }
    if let key = saved.keyNorm { keyNorm?.backward(heads, key, step) }
    return heads
  }
}
