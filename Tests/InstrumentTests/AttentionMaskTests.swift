import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// Attention under every mask, by rows and by tiles.
@Suite struct AttentionMaskTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let mask: AttentionMask
    let size: (B: Int, a: Int, T: Int, d: Int)
    /// Pairs of query and key in the tiles of 128 that the mask does not hide, of a head.
    let tiled: Int
    /// Pairs that it does not hide.
    let visible: Int
    var testDescription: String { "\(mask) \(size)" }
  }

  /// 259 = 128 + 128 + 3 positions are three tiles. A window of 100 reaches from each tile into the
  /// one before it; it holds 100 keys but for the first 99 queries, which see 1 + … + 99. One of 200
  /// reaches from the last tile into the first: only what lies above the diagonal is skipped. A
  /// prefix of 130 shows all but the last tile of keys to all queries; every query sees 130 keys, and
  /// those after the prefix see 1 + … + 129 more.
  static let cases = [
    Case(mask: .bidirectional, size: (B: 2, a: 3, T: 7, d: 5), tiled: 49, visible: 49),
    Case(mask: .prefix(4), size: (B: 2, a: 3, T: 7, d: 5), tiled: 49, visible: 16 + 5 + 6 + 7),
    Case(mask: .window(3), size: (B: 2, a: 3, T: 7, d: 5), tiled: 49, visible: 1 + 2 + 5 * 3),
    Case(mask: .window(9), size: (B: 1, a: 2, T: 7, d: 5), tiled: 49, visible: 28),
    Case(
      mask: .bidirectional, size: (B: 1, a: 2, T: 259, d: 3), tiled: 259 * 259,
      visible: 259 * 259),
    Case(
      mask: .window(100), size: (B: 1, a: 2, T: 259, d: 3),
      tiled: 2 * 128 * 128 + 3 * 3 + 128 * 128 + 3 * 128, visible: 99 * 100 / 2 + 160 * 100),
    Case(
      mask: .window(200), size: (B: 1, a: 2, T: 259, d: 3),
      tiled: 259 * 259 - 128 * (128 + 3) - 128 * 3, visible: 199 * 200 / 2 + 60 * 200),
    Case(
      mask: .prefix(130), size: (B: 1, a: 2, T: 259, d: 3), tiled: 259 * 259 - 256 * 3,
      visible: 259 * 130 + 129 * 130 / 2),
  ]

  @Test(
    "Context and gradients of dense attention agree with the definition under every mask",
    arguments: cases, [0, 0.25] as [Float])
  func eager(_ test: Case, _ probability: Float) throws {
    let reference = try ReferenceAttention(test.size, mask: test.mask, dropout: probability)
    let (values, account) = try bothWays { reference.runEager(.init(), $0) }
    let expected = reference.run()
    #expect(relativeError(values[0], expected.context) <= forwardBound(test))
    #expect(relativeError(values[1], expected.probabilities) <= forwardBound(test))
    let error = relativeError(values[2], expected.qkvGradient, size: 4)
    #expect(error <= backwardBound(test))
    // Two products forward and four backward, dense whatever the mask hides.
    #expect(account.matmul == 6 * 2 * reference.squares * test.size.d)
  }

  @Test(
    "Tiled attention agrees with the definition under every mask, and skips what is hidden",
    arguments: cases, [0, 0.25] as [Float])
  func flash(_ test: Case, _ probability: Float) throws {
    let reference = try ReferenceAttention(test.size, mask: test.mask, dropout: probability)
    let (values, account) = try bothWays { reference.runFlash(.fused, $0) }
    let expected = reference.run()
    #expect(relativeError(values[0], expected.context) <= forwardBound(test))
    #expect(relativeError(values[1], expected.logSumExp, size: 1) <= forwardBound(test))
    let error = relativeError(values[2], expected.qkvGradient, size: 4)
    #expect(error <= backwardBound(test))
    // Two products forward and five backward, of 2·d for each pair.
    let (heads, d) = (test.size.B * test.size.a, test.size.d)
    #expect(account.matmul == 7 * 2 * d * heads * test.tiled)
    #expect(account.matmulDense == 7 * 2 * d * reference.squares)
    // 6 for each pair that is visible, and 9 backward.
    #expect(account.elementwise == 15 * heads * test.visible)
  }

  /// As `FlashAttentionTests`.
  private func forwardBound(_ test: Case) -> Double {
    let scores = Int(4 * Double(test.size.d).squareRoot())
    return roundingBound(operations: 12 + scores, sumOf: 2 * test.size.T)
  }

  private func backwardBound(_ test: Case) -> Double {
    let scores = Int(4 * Double(test.size.d).squareRoot())
    return roundingBound(operations: 20 + scores, sumOf: 4 * test.size.T)
  }
}
