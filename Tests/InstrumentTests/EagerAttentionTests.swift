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

  typealias Keeping = ReferenceAttention.Keeping

  static let keepings = [
    Keeping(), Keeping(scores: true, dropped: true, mask: true), Keeping(mask: true),
    Keeping(dropped: true, mask: true, layout: .split),
  ]

  @Test(
    "Context and gradients agree with the definition, whatever is kept", arguments: sizes,
    keepings)
  func attention(size: (B: Int, a: Int, T: Int, d: Int), keeping: Keeping) throws {
    for probability in [0, 0.25] as [Float] {
      let reference = try ReferenceAttention(size, dropout: probability)
      let (values, account) = try bothWays { reference.runEager(keeping, $0) }
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
}
