import Catalogue
import Instrument

/// Attention of the decoder's tokens to what an encoder made of the source (Vaswani et al., arXiv
/// 1706.03762, section 3.2.3): queries of the stream, keys and values of the encoder's output.
struct CrossAttention: ~Copyable {
  var query: Linear
  var keyValue: Linear
  var projection: ResidualProjection
  private let layer: Int

  /// What backward needs, besides the input and the encoder's output.
  struct Saved: ~Copyable {
    let core: AttentionCore.Saved
    let context: Tensor
    let projection: ResidualProjection.Saved
  }

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("crossAttention")
    defer { engine.leave(outer) }
    let (biases, d) = (shape.architecture.biases, shape.headDimension)
    query = Linear(
      Linear.Roles(weight: .queryWeight, bias: biases.qkv ? .queryBias : nil),
      input: shape.hidden, output: shape.heads * d, split: .rows(shape.heads * d),
      initialisation, engine)
    keyValue = Linear(
      Linear.Roles(weight: .keyValueWeight, bias: biases.qkv ? .keyValueBias : nil),
      input: shape.hidden, output: 2 * shape.kvHeads * d,
      split: .rows(shape.kvHeads * d, shape.kvHeads * d), initialisation, engine)
    projection = ResidualProjection(
      Linear.Roles(
        weight: .attentionProjectionWeight,
        bias: biases.projection ? .attentionProjectionBias : nil),
      outputRole: .attentionProjectionOutput,
      dropout: DropoutLayer(
        role: .attentionResidualDropoutMask, site: .crossResidual, layer: layer),
      input: shape.heads * d, shape, initialisation, engine)
    self.layer = layer
  }

  /// Queries (R,a·d) of `input` (R,h), keys and values (R,2g·d) of `memory`.
  func project(
    _ input: borrowing Tensor, _ memory: borrowing Memory, _ step: Step
  ) -> QueryKeyValue {
    let engine = step.engine
    let outer = engine.enter("crossAttention")
    defer { engine.leave(outer) }
    input.retag(.attentionInput)
    let queries = engine.make(
      input.rows, query.weight.value.rows, .activation, .attentionQuery)
    query.forward(into: queries, input, engine)
    let keysAndValues = engine.make(
      memory.output.rows, keyValue.weight.value.rows, .activation, .attentionKeyValue)
    keyValue.forward(into: keysAndValues, memory.output, engine)
    return .paired(QueryKeyValue.Pair(query: queries, keyValue: keysAndValues))
  }

  /// stream + projection(attention(heads)); `stream` (R,h).
  func forward(
    _ heads: consuming QueryKeyValue, addingTo stream: borrowing Tensor, _ step: Step
  ) -> Forwarded<Saved> {
    let engine = step.engine
    let outer = engine.enter("crossAttention")
    defer { engine.leave(outer) }
    let context = engine.make(
      stream.rows, projection.linear.weight.columns, .activation, .attentionContext)
    let core = AttentionCore.forward(
      into: context, heads, step.crossAttentionShape,
      step.dropout(.crossAttention, layer: layer), step)
    let projected = projection.forward(context, addingTo: stream, step)
    return Forwarded(
      stream: projected.stream,
      saved: Saved(core: core, context: context, projection: projected.saved))
  }

  /// Gradients from that of the stream; that of the encoder's output is added to.
  ///
  /// - Parameters:
  ///   - gradient: (R,h), of the stream.
  ///   - saved: what forward kept.
  ///   - memory: as in forward, with its gradient.
  ///   - norm: gives the input, from what it kept of `normInput`.
  ///   - normSaved: what it kept.
  ///   - normInput: (R,h).
  ///   - step: the step under way.
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory,
    input norm: borrowing Norm, _ normSaved: borrowing Norm.Saved,
    of normInput: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let (engine, shape) = (step.engine, step.crossAttentionShape)
    let outer = engine.enter("crossAttention")
    defer { engine.leave(outer) }
    let contextGradient = projection.backward(
      gradient, saved.projection, input: saved.context, step)
    let queries = engine.make(
      contextGradient.rows, query.weight.rows, .temporary, .activationGradient)
    let keysAndValues = engine.make(
      memory.output.rows, keyValue.weight.rows, .temporary, .activationGradient)
    AttentionCore.backward(
      into: HeadPlaces(query: queries, keyValue: keysAndValues, shape), from: contextGradient,
      context: saved.context, saved.core, shape, step.dropout(.crossAttention, layer: layer), step)
    _ = consume contextGradient
    _ = consume saved.context
    memoryBackward(keysAndValues, memory, engine)
    _ = consume keysAndValues
    norm.withOutput(normSaved, of: normInput, engine) { input in
      query.parametersBackward(queries, input: input, engine)
    }
    return step.summed(query.inputBackward(queries, engine))
  }

  private mutating func memoryBackward(
    _ gradient: borrowing Tensor, _ memory: borrowing Memory, _ engine: Engine
  ) {
    keyValue.parametersBackward(gradient, input: memory.output, engine)
    switch memory.gradient {
    case .none: preconditionFailure("no room for the gradient of the encoder's output")
    case .some(let total):
      keyValue.addInputGradient(into: total, accumulating: true, gradient, engine)
    }
  }
}
