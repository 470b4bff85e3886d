import Catalogue
import Instrument

extension Block {
  /// The residual stream (R,h) after the block, keeping nothing but keys and values.
  ///
  /// - Parameters:
  ///   - cache: gets the keys and values of the new tokens.
  ///   - first: the position of the first of them.
  func infer(
    _ stream: consuming Tensor, _ cache: borrowing KVCache, first: Int, _ step: Step
  ) -> Tensor {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    if residual == .postNorm { return inferPostNorm(stream, cache, first: first, step) }
    let normalised = attentionNorm.output(stream, step)
    let heads = attention.project(normalised, step)
    return residual == .sequential
      ? inferSequential(stream, normalised, heads, cache, first: first, step)
      : inferParallel(stream, normalised, heads, cache, first: first, step)
  }

  private func inferSequential(
    _ stream: consuming Tensor, _ normalised: consuming Tensor, _ heads: consuming Tensor,
    _ cache: borrowing KVCache, first: Int, _ step: Step
  ) -> Tensor {
    _ = consume normalised
    let attended = attention.infer(heads, addingTo: stream, cache, first: first, step)
    _ = consume stream
    let expanded = expanded(attended, shared: attended, step)
    let after = mlp.forward(expanded, addingTo: attended, step)
    return after.stream
  }

  private func inferPostNorm(
    _ stream: consuming Tensor, _ cache: borrowing KVCache, first: Int, _ step: Step
  ) -> Tensor {
    let heads = attention.project(stream, step)
    let attended = attention.infer(heads, addingTo: stream, cache, first: first, step)
    _ = consume stream
    let normalised = attentionNorm.output(attended, step)
    _ = consume attended
    let expanded = mlp.expand(normalised, step)
    let sum = mlp.forward(expanded, addingTo: normalised, step)
    _ = consume normalised
    switch mlpNorm {
    case .some(let norm): return norm.output(sum.stream, step)
    case .none: preconditionFailure("a block without a norm behind its network")
    }
  }

  private func inferParallel(
    _ stream: consuming Tensor, _ normalised: consuming Tensor, _ heads: consuming Tensor,
    _ cache: borrowing KVCache, first: Int, _ step: Step
  ) -> Tensor {
    let attended = attention.infer(heads, addingTo: stream, cache, first: first, step)
    let expanded = expanded(stream, shared: normalised, step)
    _ = consume stream
    _ = consume normalised
    let after = mlp.forward(expanded, addingTo: attended, step)
    return after.stream
  }

  /// The projections of the stream's own norm, or of one that the attention shares.
  private func expanded(
    _ stream: borrowing Tensor, shared: borrowing Tensor, _ step: Step
  ) -> FeedForward.Expanded {
    switch mlpNorm {
    case .some(let norm):
      let normalised = norm.output(stream, step)
      return mlp.expand(normalised, step)
    case .none: return mlp.expand(shared, step)
    }
  }
}

extension Norm {
  /// The output alone.
  func output(_ input: borrowing Tensor, _ step: Step) -> Tensor {
    let parts = forward(input, step).parts()
    return parts.output
  }
}

extension SelfAttention {
  /// stream + projection(attention(heads)), with keys and values of earlier tokens from the cache.
  func infer(
    _ heads: consuming Tensor, addingTo stream: borrowing Tensor, _ cache: borrowing KVCache,
    first: Int, _ step: Step
  ) -> Tensor {
    let (engine, shape) = (step.engine, step.attentionShape)
    let outer = engine.enter("attention")
    defer { engine.leave(outer) }
    _ = queryNorm?.forward(heads, step)
    _ = keyNorm?.forward(heads, step)
    if let angles = step.angles { engine.rotate(heads, by: angles, shape) }
    engine.append(to: cache, heads, first: first, shape)
    let context = engine.make(
      stream.rows, projection.linear.weight.columns, .activation, .attentionContext)
    if step.recipe.attention == .flash, first == 0 {
      Self.flash(into: context, heads, step)
    } else {
      let scores = engine.make(
        stream.rows * step.shape.heads, first + step.recipe.sequence, .activation,
        .attentionProbabilities, precision: .fp32)
      engine.attend(into: context, scores: scores, heads, to: cache, first: first, shape)
      _ = consume heads
    }
    let projected = projection.forward(context, addingTo: stream, step)
    return projected.stream
  }

  private static func flash(
    into context: borrowing Tensor, _ heads: consuming Tensor, _ step: Step
  ) {
    let saved = AttentionCore.forward(
      into: context, .fused(heads), step.attentionShape, Dropout(probability: 0, seed: 0), step)
    _ = consume saved
  }
}
