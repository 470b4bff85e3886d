import Catalogue

@testable import Instrument

/// What the ops make of the same numbers.
extension ReferenceAttention {
  /// Where queries, keys and values lie: in one tensor; in three; in three with keys and values
  /// repeated for every head of queries.
  enum Layout: CaseIterable { case fused, split, repeated }

  /// What a convention keeps, and in which layout.
  struct Keeping: CustomStringConvertible, Sendable {
    var scores = false
    var dropped = false
    var mask = false
    var layout = Layout.fused
    var description: String { "scores \(scores) dropped \(dropped) mask \(mask) \(layout)" }
  }

  /// - Returns: context, probabilities and gradient.
  func runEager(_ keeping: Keeping, _ engine: Engine) -> [[Float]] {
    let rows = batch * sequence
    func matrix(if needed: Bool) -> Tensor? {
      needed
        ? engine.unwritten(shape.items * shape.sequence, shape.sequence, .attentionScores) : nil
    }
    let isActive = dropout.isActive
    let heads = queryKeyValue(keeping.layout, engine)
    let scores = matrix(if: keeping.scores)
    let probabilities = engine.unwritten(shape.items * shape.sequence, shape.sequence)
    let dropped = matrix(if: keeping.dropped && isActive)
    let mask =
      keeping.mask && isActive
      ? engine.make(
        shape.items * shape.sequence, shape.sequence, .activation, .attentionDropoutMask,
        precision: .int8) : nil
    let attention = DenseAttention(
      AttentionMatrices(
        scores: scores, probabilities: probabilities, dropped: dropped, mask: mask),
      heads.places(shape), shape, dropout)
    let context = engine.unwritten(rows, hidden)
    engine.attend(into: context, attention)
    let contextGradient = engine.tensor(rows, hidden, gradient)
    let qkvGradient = engine.unwritten(rows, width)
    engine.attendBackward(
      into: HeadPlaces(fused: qkvGradient, shape), from: contextGradient, attention)
    let results = [context.result, probabilities.result, qkvGradient.result]
    // The addresses above are valid as long as the tensors live.
    _ = consume heads
    _ = consume scores
    _ = consume dropped
    _ = consume mask
    return results
  }

  /// - Returns: context, logarithms of the row sums and gradient.
  func runFlash(_ layout: Layout, _ engine: Engine) -> [[Float]] {
    let rows = batch * sequence
    let heads = queryKeyValue(layout, engine)
    let context = engine.unwritten(rows, hidden)
    let logSumExp = engine.make(
      shape.items, shape.sequence, .activation, .attentionLogSumExp, precision: .fp32)
    engine.flashAttention(into: context, logSumExp: logSumExp, heads.places(shape), shape, dropout)
    let contextGradient = engine.tensor(rows, hidden, gradient)
    let qkvGradient = engine.unwritten(rows, width)
    engine.flashAttentionBackward(
      into: HeadPlaces(fused: qkvGradient, shape), from: contextGradient, context: context,
      logSumExp: logSumExp, heads.places(shape), shape, dropout)
    return [context.result, logSumExp.result, qkvGradient.result]
  }

  private func queryKeyValue(_ layout: Layout, _ engine: Engine) -> QueryKeyValue {
    let qkv = engine.tensor(batch * sequence, width, self.qkv)
    return switch layout {
    case .fused: .fused(qkv)
    case .split: engine.splitHeads(.fused(qkv), shape)
    case .repeated: engine.splitHeads(.fused(qkv), shape, repeating: true)
    }
  }
}
