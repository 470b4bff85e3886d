import Catalogue
import Instrument

/// The encoder of an encoder–decoder: blocks whose tokens all see each other, and whose last output
/// the decoder attends to (Vaswani et al., arXiv 1706.03762, section 3.1).
struct Encoder: ~Copyable {
  /// Nil where the decoder's serves both.
  var embedding: Embedding?
  var blocks: BlockStack
  /// Nil where the blocks end with norms.
  var norm: FinalNorm?

  /// What backward needs, besides the output.
  struct Saved: ~Copyable {
    let embedding: Embedding.Saved
    let blocks: BlockStack.Saved
    let norm: NormSaved?
  }

  /// What backward needs of the last norm.
  struct NormSaved: ~Copyable {
    let input: Tensor
    let saved: FinalNorm.Saved
  }

  /// - Parameters:
  ///   - shape: of the encoder–decoder.
  ///   - initialisation: of the weights.
  ///   - engine: what they live on.
  init(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let (shape, outer) = (shape.encoder, engine.enter("encoder"))
    defer { engine.leave(outer) }
    embedding =
      shape.architecture.sharesEmbedding ? nil : Embedding(shape, initialisation, engine)
    blocks = BlockStack(shape, 0..<shape.layers, initialisation, engine)
    norm = FinalNorm.make(shape, engine)
  }

  /// What it makes of the `source` (b,s), (R,h).
  ///
  /// - Parameters:
  ///   - source: (b,s) ids.
  ///   - shared: the decoder's embedding.
  ///   - step: of the encoder–decoder.
  mutating func forward(
    _ source: borrowing Tensor, shared: borrowing Embedding, _ step: Step
  ) -> Forwarded<Saved> {
    let step = step.ofEncoder
    let outer = step.engine.enter("encoder")
    defer { step.engine.leave(outer) }
    let embedded = embed(source, shared: shared, step)
    let nothing: Memory? = nil
    let passed = blocks.forward(embedded.stream, nothing, step)
    let ended = end(passed.stream, step)
    ended.stream.retag(.encoderOutput)
    return Forwarded(
      stream: ended.stream,
      saved: Saved(embedding: embedded.saved, blocks: passed.saved, norm: ended.saved))
  }

  private func embed(
    _ source: borrowing Tensor, shared: borrowing Embedding, _ step: Step
  ) -> Forwarded<Embedding.Saved> {
    let kinds: Tensor? = nil
    switch embedding {
    case .some(let own): return own.forward(source, kinds: kinds, step)
    case .none: return shared.forward(source, kinds: kinds, step)
    }
  }

  private func end(_ stream: consuming Tensor, _ step: Step) -> Forwarded<NormSaved?> {
    switch norm {
    case .none: return Forwarded(stream: stream, saved: nil)
    case .some(let norm):
      let normalised = norm.forward(stream, step)
      return Forwarded(
        stream: normalised.stream, saved: NormSaved(input: stream, saved: normalised.saved))
    }
  }

  /// Gradients from that of the output, which is overwritten.
  ///
  /// - Parameters:
  ///   - gradient: (R,h).
  ///   - saved: what forward kept.
  ///   - source: as in forward.
  ///   - shared: the decoder's embedding, which gets the gradients where it serves both.
  ///   - step: of the encoder–decoder.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ source: borrowing Tensor,
    shared: inout Embedding, _ step: Step
  ) {
    let step = step.ofEncoder
    let outer = step.engine.enter("encoder")
    defer { step.engine.leave(outer) }
    if let ended = saved.norm {
      let mask = ended.saved.mask
      norm?.backward(
        into: gradient, from: gradient, ended.saved.norm, mask: mask, of: ended.input, step)
    }
    let nothing: Memory? = nil
    blocks.backward(gradient, saved.blocks, nothing, step)
    let kinds: Tensor? = nil
    if step.shape.architecture.sharesEmbedding {
      shared.backward(gradient, saved.embedding, tokens: source, kinds: kinds, step)
    } else {
      embedding?.backward(gradient, saved.embedding, tokens: source, kinds: kinds, step)
    }
  }
}
