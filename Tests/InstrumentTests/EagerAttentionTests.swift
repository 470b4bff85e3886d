import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct EagerAttentionTests {
  /// Batch, heads, sequence, head dimension; the last has more heads than there are lanes.
  static let sizes = [
    (B: 1, a: 1, T: 1, d: 1), (B: 2, a: 3, T: 7, d: 5), (B: 1, a: 2, T: 67, d: 3),
    (B: 2, a: 9, T: 5, d: 3),
  ]

  /// What a convention keeps, and in which layout.
  struct Keeping: CustomStringConvertible, Sendable {
    var scores = false
    var dropped = false
    var mask = false
    var split = false
    var description: String {
      "scores \(scores) dropped \(dropped) mask \(mask) split \(split)"
    }
  }

  static let keepings = [
    Keeping(), Keeping(scores: true, dropped: true, mask: true), Keeping(mask: true),
    Keeping(dropped: true, mask: true, split: true),
  ]

  @Test(
    "Context and gradients agree with the definition, whatever is kept", arguments: sizes,
    keepings)
  func attention(size: (B: Int, a: Int, T: Int, d: Int), keeping: Keeping) throws {
    for probability in [0, 0.25] as [Float] {
      let reference = try ReferenceAttention(size, dropout: probability)
      let (values, account) = try bothWays { run(reference, keeping, $0) }
      let expected = reference.run()
      // Scores of up to 4·√d, scaled, are rounded before the exponential; two sums over T.
      let scores = Int(4 * Double(size.d).squareRoot())
      let forward = roundingBound(operations: 10 + scores, sumOf: 2 * size.T)
      #expect(relativeError(values[0], expected.context) <= forward)
      #expect(relativeError(values[1], expected.probabilities) <= forward)
      // As forward, and the difference of gradients that cancel, of size 4 where one key has all
      // the weight.
      let backward = roundingBound(operations: 20 + scores, sumOf: 4 * size.T)
      #expect(relativeError(values[2], expected.qkvGradient, size: 4) <= backward)
      // 2·T²·d for each head in each of q·kᵀ and p·v forward, and in dV, dP, dQ and dK backward.
      #expect(account.matmul == 6 * 2 * reference.squares * size.d)
      #expect(account.matmulDense == account.matmul)
      let byRole = Dictionary(uniqueKeysWithValues: account.products.map { ($0.role, $1.executed) })
      #expect(byRole[.attentionScores] == account.matmul / 2)
      #expect(byRole[.attentionContext] == account.matmul / 2)
      // Softmax 6 a score and 5 backward; dropout 2 in each.
      #expect(account.elementwise == (probability > 0 ? 15 : 11) * reference.squares)
    }
  }

  private func run(
    _ reference: ReferenceAttention, _ keeping: Keeping, _ engine: Engine
  ) -> [[Float]] {
    let shape = reference.shape
    let rows = reference.batch * reference.sequence
    func matrix(if needed: Bool) -> Tensor? {
      needed
        ? engine.unwritten(shape.items * shape.sequence, shape.sequence, .attentionScores) : nil
    }
    let isActive = reference.dropout.isActive
    let heads = queryKeyValue(reference, keeping, engine)
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
      heads.places(shape), shape, reference.dropout)
    let context = engine.unwritten(rows, reference.hidden)
    engine.attend(into: context, attention)
    let gradient = engine.tensor(rows, reference.hidden, reference.gradient)
    let qkvGradient = engine.unwritten(rows, 3 * reference.hidden)
    engine.attendBackward(into: qkvGradient, from: gradient, attention)
    let results = [context.result, probabilities.result, qkvGradient.result]
    // The addresses above are valid as long as the tensors live.
    _ = consume heads
    _ = consume scores
    _ = consume dropped
    _ = consume mask
    return results
  }

  private func queryKeyValue(
    _ reference: ReferenceAttention, _ keeping: Keeping, _ engine: Engine
  ) -> QueryKeyValue {
    let qkv = engine.tensor(
      reference.batch * reference.sequence, 3 * reference.hidden, reference.qkv)
    if keeping.split { return engine.splitHeads(qkv, reference.shape) }
    return .fused(qkv)
  }
}
