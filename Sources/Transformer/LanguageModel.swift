import Catalogue
import Instrument

/// A decoder-only language model: embeddings, blocks, a final norm, and a head that may share the
/// token embedding.
public struct LanguageModel: ~Copyable {
  var embedding: Embedding
  var blocks: BlockStack
  var finalNorm: Norm
  var ownHead: Parameter?
  var headBias: Parameter?

  /// What backward needs of a whole forward pass.
  struct Saved: ~Copyable {
    let angles: RotaryTable?
    let embedding: Embedding.Saved
    let blocks: BlockStack.Saved
    /// The residual stream behind the last block, (R,h).
    let stream: Tensor
    let finalNorm: Norm.Saved
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
    embedding = Embedding(shape, initialisation, engine)
    blocks = BlockStack(shape, initialisation, engine)
    finalNorm = Norm("finalNorm", shape, engine)
    let outer = engine.enter("head")
    ownHead =
      shape.tiedHead
      ? nil
      : Parameter(
        .headWeight, shape.vocabulary, shape.hidden, initialisation(.headWeight), isOperand: true,
        engine)
    headBias =
      shape.architecture.biases.head
      ? Parameter(.headBias, 1, shape.vocabulary, .constant(0), engine) : nil
    engine.leave(outer)
  }

  /// The mean loss of predicting `targets` (b,s) from `tokens` (b,s).
  mutating func forward(
    _ tokens: borrowing Tensor, targets: borrowing Tensor, _ step: Step
  ) -> Evaluated {
    var step = step
    forEachParameter { $0.makeCopy() }
    let angles = RotaryTable.make(step, positions: step.recipe.sequence)
    step.angles = RotaryTable.angles(of: angles)
    let embedded = embedding.forward(tokens, step)
    let passed = blocks.forward(embedded.stream, step)
    let stream = passed.stream
    let normalised = finalNorm.forward(stream, step)
    finalNorm.keepInput(stream, step)
    let head = headForward(normalised.output, targets: targets, step)
    return Evaluated(
      loss: head.loss,
      saved: Saved(
        angles: angles, embedding: embedded.saved, blocks: passed.saved, stream: stream,
        finalNorm: normalised.kept(step), head: head.saved))
  }

  /// Gradients of the loss times `scale`, into the parameters.
  mutating func backward(
    _ saved: consuming Saved, tokens: borrowing Tensor, targets: borrowing Tensor, scale: Float,
    _ step: Step
  ) {
    var step = step
    let angles = saved.angles
    step.angles = RotaryTable.angles(of: angles)
    let normalisedGradient = headBackward(
      saved.head, saved.finalNorm, of: saved.stream, targets: targets, scale: scale, step)
    let gradient = step.engine.make(
      step.rows, step.shape.hidden, .temporary, .activationGradient,
      precision: step.engine.formats.stream)
    finalNorm.backward(
      into: gradient, addingResidual: false, from: normalisedGradient, saved.finalNorm,
      of: saved.stream, step.engine)
    _ = consume normalisedGradient
    _ = consume saved.finalNorm
    _ = consume saved.stream
    blocks.backward(gradient, saved.blocks, step)
    _ = consume angles
    embedding.backward(gradient, saved.embedding, tokens: tokens, step)
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

  private mutating func headBackward(
    _ saved: consuming Head.Saved, _ normSaved: borrowing Norm.Saved,
    of stream: borrowing Tensor, targets: borrowing Tensor, scale: Float, _ step: Step
  ) -> Tensor {
    if step.shape.tiedHead {
      Head.backward(
        saved, weight: &embedding.token, bias: &headBias, input: finalNorm, normSaved, of: stream,
        targets: targets, scale: scale, step)
    } else {
      Head.backward(
        saved, weight: &ownHead!, bias: &headBias, input: finalNorm, normSaved, of: stream,
        targets: targets, scale: scale, step)
    }
  }
}
