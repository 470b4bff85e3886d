import Catalogue
import Instrument

/// A language model: embeddings, an encoder in some, blocks, what follows the last of them, and a
/// head that may share the token embedding. Or a part of it that a pipeline stage runs as one: the
/// first part has the embedding, the last has what follows the blocks.
public struct LanguageModel: ~Copyable {
  var embedding: Embedding?
  /// Of an encoder–decoder.
  var encoder: Encoder?
  var blocks: BlockStack
  var final: FinalLayer
  var ownHead: Parameter?
  var headBias: Parameter?
  /// Of an encoder without a head: counted, and never run, as it has no part in pre-training.
  var pooler: Linear?
  let part: ModelPart
  /// The stream that came from the part before, with its gradient, where the convention keeps them
  /// beyond their use.
  private var received: Received?

  /// What a part got last, (R,h) each.
  private struct Received: ~Copyable {
    let stream: Tensor
    let gradient: Tensor
  }

  /// What backward needs of a whole forward pass.
  struct Saved: ~Copyable {
    let angles: RotaryTable?
    let encoder: Encoder.Saved?
    let memory: Memory?
    let embedding: Embedding.Saved?
    let blocks: BlockStack.Saved
    let ending: Ending?
  }

  /// The result of forward; the loss is absent in a dry run, and in a part without a head.
  struct Evaluated: ~Copyable {
    let loss: Double?
    let saved: Saved
  }

  /// Allocates and initialises all parameters.
  ///
  /// Weights are normal with deviation 0.02, the two projections onto the residual stream of each
  /// block with 0.02/√(2l) (Radford et al., 2019, section 2.3); biases 0; norms 1.
  ///
  /// - Parameters:
  ///   - shape: the sizes of what this rank has of each layer.
  ///   - part: which of the layers; all where nil.
  ///   - seed: of the weights.
  ///   - engine: what they live on.
  init(_ shape: ModelShape, _ part: ModelPart? = nil, seed: UInt64, _ engine: Engine) {
    let residual = 0.02 / Float(2 * shape.layers).squareRoot()
    var parameters: UInt64 = 0
    let initialisation: (TensorRole) -> Parameter.Initialisation = { role in
      parameters += 1
      let residuals = [TensorRole.attentionProjectionWeight, .mlpDownWeight, .expertDownWeight]
      return .normal(
        deviation: residuals.contains(role) ? residual : 0.02, seed: mixed(seed, parameters))
    }
    let (part, head) = (part ?? .whole(shape), shape.architecture.head)
    self.part = part
    // Where it is another stage's, its weights are drawn all the same, as those that follow count on.
    let embedding = Embedding(
      shape, initialisation, part.isFirst ? engine : Engine(unrecorded: engine.rank))
    self.embedding = part.isFirst ? consume embedding : nil
    encoder = shape.hasEncoder ? Encoder(shape, initialisation, engine) : nil
    blocks = BlockStack(shape, part.layers, initialisation, engine)
    final = part.isLast ? FinalLayer(shape, initialisation, engine) : FinalLayer()
    let outer = engine.enter("head")
    let tokenEmbedding = Parameter.Initialisation.normal(deviation: 0.02, seed: mixed(seed, 1))
    let isCopy = part.isTied && !part.isFirst
    let hasScores = part.isLast && head.hasScores
    ownHead =
      hasScores && (isCopy || !part.isTied)
      ? Parameter(
        .headWeight, shape.vocabulary, shape.embeddingWidth,
        isCopy ? tokenEmbedding : initialisation(.headWeight), isOperand: true,
        split: .rows(shape.vocabulary), isTied: isCopy, engine) : nil
    headBias =
      hasScores && shape.architecture.biases.head
      ? Parameter(
        .headBias, 1, shape.vocabulary, .constant(0), split: .columns(shape.vocabulary), engine)
      : nil
    engine.leave(outer)
    let again = engine.enter("pooler")
    pooler =
      part.isLast && head == .pooler
      ? Linear(
        Linear.Roles(weight: .poolerWeight, bias: .poolerBias), input: shape.hidden,
        output: shape.hidden, initialisation, engine) : nil
    engine.leave(again)
    let sharesScores = hasScores && part.isTied && part.isFirst
    let sharesEncoder = shape.hasEncoder && shape.architecture.sharesEmbedding
    self.embedding?.token.uses = 1 + (sharesScores ? 1 : 0) + (sharesEncoder ? 1 : 0)
  }

  /// The mean loss of predicting the batch's targets.
  mutating func forward(_ batch: borrowing Batch, _ step: Step) -> Evaluated {
    var step = step
    forEachOuterParameter { $0.gather() }
    forEachParameter { $0.makeCopy() }
    let angles = RotaryTable.make(step, positions: step.sequence)
    step.angles = RotaryTable.angles(of: angles)
    let encoded = encode(batch, step)
    let entered = enter(batch, step)
    let passed = blocks.forward(entered.stream, encoded.memory, step)
    let ended = end(passed.stream, batch, step)
    forEachOuterParameter { $0.release() }
    received = nil
    return Evaluated(
      loss: ended.loss,
      saved: Saved(
        angles: angles, encoder: encoded.saved, memory: encoded.memory,
        embedding: entered.saved, blocks: passed.saved, ending: ended.saved))
  }

  /// Gradients of the loss times `scale`, into the parameters.
  mutating func backward(
    _ saved: consuming Saved, _ batch: borrowing Batch, scale: Float, _ step: Step
  ) {
    var step = step
    forEachOuterParameter { $0.gather() }
    let angles = saved.angles
    step.angles = RotaryTable.angles(of: angles)
    let gradient = endBackward(saved.ending, batch, scale: scale, step)
    let memory = Memory.withGradient(saved.memory, step.engine)
    blocks.backward(gradient, saved.blocks, memory, step)
    _ = consume angles
    enterBackward(gradient, saved.embedding, batch, step)
    encodeBackward(memory, saved.encoder, batch, step)
    forEachOuterParameter {
      $0.scatterGradient()
      $0.release()
    }
  }

  /// The stream at the first block: embedded, or as the part before sends it.
  private func enter(_ batch: borrowing Batch, _ step: Step) -> Forwarded<Embedding.Saved?> {
    switch embedding {
    case .none: return Forwarded(stream: part.receiveStream(step), saved: nil)
    case .some(let embedding):
      switch batch.tokens {
      case .none: preconditionFailure("an embedding without tokens")
      case .some(let tokens):
        let embedded = embedding.forward(tokens, kinds: batch.tokenTypes, step)
        return Forwarded(stream: embedded.stream, saved: embedded.saved)
      }
    }
  }

  /// The same backward: `gradient` (R,h) is that of the stream at the first block.
  private mutating func enterBackward(
    _ gradient: consuming Tensor, _ saved: consuming Embedding.Saved?, _ batch: borrowing Batch,
    _ step: Step
  ) {
    guard let saved else {
      part.send(gradient: gradient, step)
      return keep(gradient, step)
    }
    switch batch.tokens {
    case .none: preconditionFailure("an embedding without tokens")
    case .some(let tokens):
      embedding?.backward(gradient, saved, tokens: tokens, kinds: batch.tokenTypes, step)
    }
  }

  /// Keeps the gradient of the stream that came from the part before, and as much memory as the
  /// stream had, which the first block has freed a moment ago.
  private mutating func keep(_ gradient: consuming Tensor, _ step: Step) {
    guard step.convention.keepsReceived else { return }
    let stream = step.engine.make(
      gradient.rows, gradient.columns, .temporary, .blockOutput, precision: gradient.precision)
    received = Received(stream: stream, gradient: gradient)
  }
}
