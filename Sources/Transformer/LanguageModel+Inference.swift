import BasicContainers
import Catalogue
import Instrument

extension LanguageModel {
  /// The logits (b,V) of the token that follows, without anything kept but keys and values.
  ///
  /// - Parameters:
  ///   - tokens: (b,n) ids, the next n of each sequence.
  ///   - caches: one for each block; get the keys and values of the tokens.
  ///   - first: the position of the first of the tokens.
  ///   - angles: of all positions, where positions have them.
  ///   - step: its recipe's sequence is n.
  func infer(
    _ tokens: borrowing Tensor, _ caches: borrowing UniqueArray<KVCache>, first: Int,
    _ angles: borrowing RotaryTable?, _ step: Step
  ) -> Tensor {
    var step = step
    step.angles = RotaryTable.angles(of: angles)?.advanced(by: first)
    var stream = embedded(tokens, first: first, step)
    for layer in 0..<blocks.blocks.count {
      stream = blocks.blocks[layer].infer(stream, caches[layer], first: first, step)
    }
    let last = step.engine.make(
      tokens.rows, step.shape.hidden, .activation, .headInput,
      precision: step.engine.formats.stream)
    step.engine.lastRows(into: last, stream)
    _ = consume stream
    guard let passed = final.forward(last, step) else { return logits(of: last, step.engine) }
    _ = consume last
    return logits(of: passed.output, step.engine)
  }

  private func embedded(_ tokens: borrowing Tensor, first: Int, _ step: Step) -> Tensor {
    // Not `embedding!`: the release compiler ends its life too early.
    switch embedding {
    case .some(let embedding): return embedding.infer(tokens, first: first, step)
    case .none: preconditionFailure("a stage without embeddings")
    }
  }

  private func logits(of input: borrowing Tensor, _ engine: Engine) -> Tensor {
    let outer = engine.enter("head")
    defer { engine.leave(outer) }
    return withHeadWeight { Head.logits(input, weight: $0, bias: headBias, engine) }
  }
}

extension Embedding {
  /// The residual stream (R,h) at the first block, of tokens from position `first` on.
  fileprivate func infer(_ tokens: borrowing Tensor, first: Int, _ step: Step) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("embedding")
    let looked = embed(tokens, first: first, engine)
    let embedded = looked.stream
    engine.leave(outer)
    guard let normalised = norm?.output(embedded, step) else { return embedded }
    return normalised
  }
}
