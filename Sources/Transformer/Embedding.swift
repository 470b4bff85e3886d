import Catalogue
import Instrument

/// Token and position embeddings, and the dropout after them.
struct Embedding: ~Copyable {
  var token: Parameter
  var position: Parameter

  private static let dropout = DropoutLayer(
    role: .embeddingDropoutMask, site: .embedding, layer: 0)

  /// What backward needs.
  struct Saved: ~Copyable {
    let mask: Tensor?
  }

  init(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    token = Parameter(
      .tokenEmbedding, shape.vocabulary, shape.hidden, initialisation(.tokenEmbedding), engine)
    position = Parameter(
      .positionEmbedding, shape.positions, shape.hidden, initialisation(.positionEmbedding),
      engine)
  }

  /// The residual stream (R,h) at the first block, from ids (b,s).
  func forward(_ tokens: borrowing Tensor, _ step: Step) -> Forwarded<Saved> {
    let engine = step.engine
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    let stream = engine.embed(tokens, token: token.value, position: position.value)
    guard Self.dropout.isActive(step) else {
      return Forwarded(stream: stream, saved: Saved(mask: nil))
    }
    let mask = Self.dropout.forward(into: stream, stream, step)
    return Forwarded(stream: stream, saved: Saved(mask: mask))
  }

  /// Gradients from that of the stream (R,h), which is overwritten where there is dropout.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, tokens: borrowing Tensor, _ step: Step
  ) {
    let engine = step.engine
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    if Self.dropout.isActive(step) {
      Self.dropout.backward(into: gradient, gradient, saved.mask, step)
    }
    // A token's row is added to wherever the token occurs, so an untouched gradient starts at zero.
    token.accumulate { token, accumulating in
      if !accumulating { engine.fill(token, with: 0) }
    }
    let accumulating = position.beginGradient()
    token.withGradient { token in
      position.withGradient { position in
        engine.embedBackward(
          token: token, position: position, accumulating: accumulating, from: gradient,
          tokens: tokens)
      }
    }
  }
}
