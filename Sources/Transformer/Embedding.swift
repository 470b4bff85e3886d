import Catalogue
import Instrument

/// Token and position embeddings, and the dropout after them.
struct Embedding: ~Copyable {
  var token: Parameter
  var position: Parameter

  /// The result of forward.
  struct Forwarded: ~Copyable {
    let stream: Tensor
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
  func forward(_ tokens: borrowing Tensor, _ step: Step) -> Forwarded {
    let engine = step.engine
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    let stream = engine.embed(tokens, token: token.value, position: position.value)
    let dropout = step.dropout(.embedding, layer: 0)
    guard dropout.isActive else { return Forwarded(stream: stream, mask: nil) }
    let mask = engine.make(
      stream.rows, stream.columns, .activation, .embeddingDropoutMask, precision: .int8)
    engine.dropoutMask(mask, dropout)
    engine.applyDropout(into: stream, stream, mask: mask, dropout)
    return Forwarded(
      stream: stream, mask: mask.kept(if: step.convention.dropoutMask == .byte))
  }

  /// Gradients from that of the stream (R,h), which is overwritten where there is dropout.
  mutating func backward(
    _ gradient: borrowing Tensor, _ mask: consuming Tensor?, tokens: borrowing Tensor, _ step: Step
  ) {
    let engine = step.engine
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    let dropout = step.dropout(.embedding, layer: 0)
    if dropout.isActive {
      let mask = Self.mask(mask, like: gradient, dropout, engine)
      engine.applyDropout(into: gradient, gradient, mask: mask, dropout)
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

  private static func mask(
    _ kept: consuming Tensor?, like gradient: borrowing Tensor, _ dropout: Dropout,
    _ engine: Engine
  ) -> Tensor {
    if let kept { return kept }
    let mask = engine.make(
      gradient.rows, gradient.columns, .temporary, .embeddingDropoutMask, precision: .int8)
    engine.recomputing { engine.dropoutMask(mask, dropout) }
    return mask
  }
}
