import Catalogue
import Instrument

/// A language model: embeddings, blocks, what follows the last of them, and a head that may share
/// the token embedding.
public struct LanguageModel: ~Copyable {
  var embedding: Embedding
  var blocks: BlockStack
  var final: FinalLayer
  var ownHead: Parameter?
  var headBias: Parameter?
  /// Of an encoder without a head: counted, and never run, as it has no part in pre-training.
  var pooler: Linear?

  /// What backward needs of a whole forward pass.
  struct Saved: ~Copyable {
    let angles: RotaryTable?
    let embedding: Embedding.Saved
    let blocks: BlockStack.Saved
    /// The residual stream behind the last block, (R,h).
    let stream: Tensor
    let final: FinalLayer.Saved?
    let head: Head.Saved
  }

  /// The result of forward; the loss is absent in a dry run.
  struct Evaluated: ~Copyable {
    let loss: Double?
    let saved: Saved
  }

  /// Allocates and initialises all parameters.
  ///
  /// Weights are normal with deviation 0.02, the two projections onto the residual stream of each
  /// block with 0.02/√(2l) (Radford et al., 2019, section 2.3); biases 0; norms 1.
  init(_ shape: ModelShape, seed: UInt64, _ engine: Engine) {
    let residual = 0.02 / Float(2 * shape.layers).squareRoot()
    var parameters: UInt64 = 0
    let initialisation: (TensorRole) -> Parameter.Initialisation = { role in
      parameters += 1
      let residuals = [TensorRole.attentionProjectionWeight, .mlpDownWeight, .expertDownWeight]
      return .normal(
        deviation: residuals.contains(role) ? residual : 0.02, seed: mixed(seed, parameters))
    }
    let head = shape.architecture.head
    embedding = Embedding(shape, initialisation, engine)
    blocks = BlockStack(shape, initialisation, engine)
    final = FinalLayer(shape, initialisation, engine)
    let outer = engine.enter("head")
    ownHead =
      shape.tiedHead || !head.hasScores
      ? nil
      : Parameter(
        .headWeight, shape.vocabulary, shape.embeddingWidth, initialisation(.headWeight),
        isOperand: true, engine)
    headBias =
      shape.architecture.biases.head && head.hasScores
      ? Parameter(.headBias, 1, shape.vocabulary, .constant(0), engine) : nil
    engine.leave(outer)
    let again = engine.enter("pooler")
    pooler =
      head == .pooler
      ? Linear(
        Linear.Roles(weight: .poolerWeight, bias: .poolerBias), input: shape.hidden,
        output: shape.hidden, initialisation, engine) : nil
    engine.leave(again)
  }

  /// The mean loss of predicting the batch's targets.
  mutating func forward(_ batch: borrowing Batch, _ step: Step) -> Evaluated {
    var step = step
    forEachParameter { $0.makeCopy() }
    let angles = RotaryTable.make(step, positions: step.recipe.sequence)
    step.angles = RotaryTable.angles(of: angles)
    let embedded = embedding.forward(batch.tokens, kinds: batch.tokenTypes, step)
    let passed = blocks.forward(embedded.stream, step)
    let stream = passed.stream
    switch final.forward(stream, step) {
    case .some(let final):
      let head = headForward(final.output, targets: batch.targets, step)
      return Evaluated(
        loss: head.loss,
        saved: Saved(
          angles: angles, embedding: embedded.saved, blocks: passed.saved, stream: stream,
          final: final.kept(step), head: head.saved))
    case .none:
      let head = headForward(stream, targets: batch.targets, step)
      return Evaluated(
        loss: head.loss,
        saved: Saved(
          angles: angles, embedding: embedded.saved, blocks: passed.saved, stream: stream,
          final: nil, head: head.saved))
    }
  }

  /// Gradients of the loss times `scale`, into the parameters.
  mutating func backward(
    _ saved: consuming Saved, _ batch: borrowing Batch, scale: Float, _ step: Step
  ) {
    var step = step
    let angles = saved.angles
    step.angles = RotaryTable.angles(of: angles)
    let headGradient = headBackward(
      saved.head, saved.final, of: saved.stream, targets: batch.targets, scale: scale, step)
    let gradient = final.backward(headGradient, saved.final, of: saved.stream, step)
    _ = consume saved.stream
    blocks.backward(gradient, saved.blocks, step)
    _ = consume angles
    embedding.backward(
      gradient, saved.embedding, tokens: batch.tokens, kinds: batch.tokenTypes, step)
  }

  private func headForward(
    _ input: borrowing Tensor, targets: borrowing Tensor, _ step: Step
  ) -> Head.Evaluated {
    switch ownHead {
    case .some(let own):
      Head.forward(input, weight: own, bias: headBias, targets: targets, step)
    case .none:
      Head.forward(input, weight: embedding.token, bias: headBias, targets: targets, step)
    }
  }

  /// The gradient of the head's input, (R,h).
  private mutating func headBackward(
    _ saved: consuming Head.Saved, _ finalSaved: borrowing FinalLayer.Saved?,
    of stream: borrowing Tensor, targets: borrowing Tensor, scale: Float, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("head")
    defer { engine.leave(outer) }
    let logits = Head.logitsGradient(
      saved.distribution, bias: &headBias, targets: targets, scale: scale, step)
    if step.shape.tiedHead {
      return Head.backward(
        logits, weight: &embedding.token, input: final, finalSaved, of: stream, engine)
    }
    return Head.backward(
      logits, weight: &ownHead!, input: final, finalSaved, of: stream, engine)
  }
}
