import Catalogue
import Instrument

/// Token embedding, position embedding where positions have one, embedding of the kinds of tokens,
/// and what follows them: a factor, a norm, dropout.
struct Embedding: ~Copyable {
  var token: Parameter
  /// From the width of the embeddings to that of the stream, where they differ.
  var projection: Linear?
  var position: Parameter?
  /// Of the kinds of tokens, (K,h).
  var tokenType: Parameter?
  var norm: Norm?
  private let offset: Int
  private let scale: Float
  private let isSinusoidal: Bool

  private static let dropout = DropoutLayer(
    role: .embeddingDropoutMask, site: .embedding, layer: 0)

  /// What backward needs.
  struct Saved: ~Copyable {
    /// The projection's input; made again where it is not kept.
    let lookup: Tensor?
    let normInput: Tensor?
    let norm: Norm.Saved?
    let mask: Tensor?
  }

  init(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let architecture = shape.architecture
    let outer = engine.enter("embedding")
    token = Parameter(
      .tokenEmbedding, shape.vocabulary, shape.embeddingWidth, initialisation(.tokenEmbedding),
      isOperand: shape.tiedHead, split: .rows(shape.vocabulary), engine)
    projection =
      architecture.embeddingWidth != nil
      ? Linear(
        Linear.Roles(weight: .embeddingProjectionWeight, bias: nil),
        input: shape.embeddingWidth, output: shape.hidden, initialisation, engine) : nil
    if case .learned(let offset) = architecture.position {
      position = Parameter(
        .positionEmbedding, shape.positions + offset, shape.hidden,
        initialisation(.positionEmbedding), engine)
      self.offset = offset
    } else {
      position = nil
      offset = 0
    }
    tokenType =
      architecture.tokenTypes > 0
      ? Parameter(
        .tokenTypeEmbedding, architecture.tokenTypes, shape.hidden,
        initialisation(.tokenTypeEmbedding), engine) : nil
    engine.leave(outer)
    norm = architecture.hasEmbeddingNorm ? Norm("embeddingNorm", shape, engine) : nil
    scale = architecture.embeddingScale
    isSinusoidal = architecture.position == .sinusoidal
  }

  /// The residual stream (R,h) at the first block, from ids (b,s), and from the kinds of the tokens
  /// where kinds have embeddings.
  func forward(
    _ tokens: borrowing Tensor, kinds: borrowing Tensor?, _ step: Step
  ) -> Forwarded<Saved> {
    let engine = step.engine
    let outer = engine.enter("embedding")
    let looked = embed(tokens, first: 0, engine)
    let lookup = looked.lookup?.kept(if: step.convention.keepsNormOutput) ?? nil
    let embedded = looked.stream
    addTokenTypes(embedded, kinds, engine)
    engine.leave(outer)
    let normalised = norm?.forward(embedded, precision: engine.formats.stream, step)
    guard let normalised else {
      let mask = drop(embedded, step)
      return Forwarded(
        stream: embedded, saved: Saved(lookup: lookup, normInput: nil, norm: nil, mask: mask))
    }
    norm?.keepInput(embedded, step)
    let mask = drop(normalised.output, step)
    let parts = normalised.parts()
    return Forwarded(
      stream: parts.output,
      saved: Saved(lookup: lookup, normInput: embedded, norm: parts.saved, mask: mask))
  }

  /// The result of embedding tokens.
  struct Embedded: ~Copyable {
    let stream: Tensor
    /// What was projected onto the stream, where something is.
    let lookup: Tensor?
  }

  /// The embeddings of tokens from position `first` on, times the factor.
  func embed(_ tokens: borrowing Tensor, first: Int, _ engine: Engine) -> Embedded {
    switch projection {
    case .none:
      let embedded = engine.embed(
        tokens, token: token.value, position: position, offset: offset + first)
      if scale != 1 { engine.scale(embedded, by: scale) }
      if isSinusoidal { engine.addSinusoids(embedded, sequence: tokens.columns) }
      return Embedded(stream: embedded, lookup: nil)
    case .some(let projection):
      let lookup = engine.embed(tokens, token: token.value)
      let embedded = engine.make(
        lookup.rows, projection.weight.rows, .activation, .embeddingOutput,
        precision: engine.formats.stream)
      projection.forward(into: embedded, lookup, engine)
      engine.addPositions(
        embedded, position, offset: offset + first, sequence: tokens.columns)
      return Embedded(stream: embedded, lookup: lookup)
    }
  }

  private func addTokenTypes(
    _ embedded: borrowing Tensor, _ kinds: borrowing Tensor?, _ engine: Engine
  ) {
    switch kinds {
    case .none: return
    case .some(let kinds):
      switch tokenType {
      case .none: return
      case .some(let table): engine.addEmbedding(embedded, of: kinds, table: table.value)
      }
    }
  }

  /// Drops elements of the stream in place.
  private func drop(_ stream: borrowing Tensor, _ step: Step) -> Tensor? {
    guard Self.dropout.isActive(step) else { return nil }
    let outer = step.engine.enter("embedding")
    defer { step.engine.leave(outer) }
    return Self.dropout.forward(into: stream, stream, step)
  }

  /// Gradients from that of the stream (R,h), which is overwritten where something follows the
  /// embedding.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, tokens: borrowing Tensor,
    kinds: borrowing Tensor?, _ step: Step
  ) {
    let engine = step.engine
    let outer = engine.enter("embedding")
    if Self.dropout.isActive(step) {
      Self.dropout.backward(into: gradient, gradient, saved.mask, step)
    }
    engine.leave(outer)
    if let input = saved.normInput, let normSaved = saved.norm {
      norm?.backward(
        into: gradient, addingResidual: false, from: gradient, normSaved, of: input, engine)
    }
    let again = engine.enter("embedding")
    defer { engine.leave(again) }
    step.withAllRows(gradient) { tablesBackward($0, tokens: tokens, kinds: kinds, engine) }
    projectionBackward(gradient, saved.lookup, tokens, step)
  }

  /// Gradients of the embeddings that are not projected from that of their sum, (R,h), which is
  /// overwritten where they have a factor.
  private mutating func tablesBackward(
    _ gradient: borrowing Tensor, tokens: borrowing Tensor, kinds: borrowing Tensor?,
    _ engine: Engine
  ) {
    position?.accumulate { position, accumulating in
      engine.embedBackward(
        position: position, accumulating: accumulating, offset: offset, from: gradient,
        batch: tokens.rows)
    }
    if scale != 1 { engine.scale(gradient, by: scale) }
    if !isProjected { token.accumulateRows(from: gradient, of: tokens, engine) }
    switch kinds {
    case .some(let kinds): tokenType?.accumulateRows(from: gradient, of: kinds, engine)
    case .none: break
    }
  }
}

extension Embedding {
  /// Gradients of the projection, and of the token embedding in front of it, from that of the stream
  /// (R,h); none where tokens are embedded in the stream's width.
  private mutating func projectionBackward(
    _ gradient: borrowing Tensor, _ kept: borrowing Tensor?, _ tokens: borrowing Tensor,
    _ step: Step
  ) {
    guard isProjected else { return }
    switch kept {
    case .some(let lookup): projectionBackward(gradient, input: lookup, tokens, step)
    case .none:
      step.engine.beginRecomputing()
      let again = step.engine.embed(tokens, token: token.value)
      step.engine.endRecomputing()
      projectionBackward(gradient, input: again, tokens, step)
    }
  }

  private mutating func projectionBackward(
    _ gradient: borrowing Tensor, input lookup: borrowing Tensor, _ tokens: borrowing Tensor,
    _ step: Step
  ) {
    guard let ofLookup = projection?.backward(gradient, input: lookup, step.engine) else { return }
    step.withAllRows(ofLookup) { token.accumulateRows(from: $0, of: tokens, step.engine) }
  }

  private var isProjected: Bool {
    switch projection {
    case .some: true
    case .none: false
    }
  }
}

extension Parameter {
  /// Adds to the gradient of each id's row wherever the id occurs, so that an untouched gradient
  /// starts at zero.
  fileprivate mutating func accumulateRows(
    from gradient: borrowing Tensor, of ids: borrowing Tensor, _ engine: Engine
  ) {
    let first = split.isDivided(engine.rank) ? engine.rank.tensor * rows : 0
    accumulate { table, accumulating in
      if !accumulating { engine.fill(table, with: 0) }
      engine.embedBackward(token: table, startingAt: first, from: gradient, tokens: ids)
    }
  }
}

extension Engine {
  fileprivate func addPositions(
    _ stream: borrowing Tensor, _ position: borrowing Parameter?, offset: Int, sequence: Int
  ) {
    switch position {
    case .some(let position):
      addPositions(stream, table: position.value, offset: offset, sequence: sequence)
    case .none: break
    }
  }

  /// The same with a position embedding that may be missing.
  fileprivate func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, position: borrowing Parameter?,
    offset: Int
  ) -> Tensor {
    switch position {
    case .some(let position):
      embed(tokens, token: token, position: position.value, offset: offset)
    case .none: embed(tokens, token: token)
    }
  }
}
