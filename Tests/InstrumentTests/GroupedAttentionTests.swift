import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// Attention whose heads of queries share keys and values, with and without ALiBi.
@Suite struct GroupedAttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let size: (B: Int, a: Int, T: Int, d: Int)
    let kvHeads: Int
    var slopes: [Float] = []
    var dropout: Float = 0
    var testDescription: String { "\(size), g \(kvHeads), \(slopes.count) slopes, \(dropout)" }
  }

  /// One head of keys and values for all, one for two, one for three and one for each; the last
  /// but one has more of them than there are lanes, and the last three tiles of 128.
  static let cases = [
    Case(size: (B: 2, a: 4, T: 7, d: 5), kvHeads: 1),
    Case(size: (B: 2, a: 4, T: 7, d: 5), kvHeads: 2, dropout: 0.25),
    Case(size: (B: 1, a: 6, T: 9, d: 3), kvHeads: 2, slopes: [2, 1, 0.5, 0.25, 0.125, 0]),
    Case(size: (B: 2, a: 3, T: 7, d: 5), kvHeads: 3, slopes: [0.5, 0.25, 0.125], dropout: 0.25),
    Case(size: (B: 9, a: 4, T: 5, d: 3), kvHeads: 2, slopes: [0.5, 0.25, 0.125, 1]),
    Case(size: (B: 1, a: 2, T: 259, d: 2), kvHeads: 1, slopes: [0.03125, 0.5], dropout: 0.25),
  ]

  @Test(
    "Dense attention agrees with the definition, wherever keys and values lie", arguments: cases,
    ReferenceAttention.Layout.allCases)
  func eager(_ test: Case, _ layout: ReferenceAttention.Layout) throws {
    let (size, reference) = (test.size, try reference(test))
    let (values, account) = try bothWays {
      reference.runEager(.init(scores: true, mask: true, layout: layout), $0)
    }
    let expected = reference.run()
    #expect(relativeError(values[0], expected.context) <= forwardBound(test))
    #expect(relativeError(values[1], expected.probabilities) <= forwardBound(test))
    let error = relativeError(values[2], expected.qkvGradient, size: gradientSize(test))
    #expect(error <= backwardBound(test))
    // Every head of queries has its products, whoever it shares keys and values with: two of
    // 2·T²·d forward and four backward.
    #expect(account.matmul == 6 * 2 * reference.squares * size.d)
    // Softmax 6 a score and 5 backward; ALiBi's product and sum once; dropout 2 in each.
    let flops = 11 + (test.slopes.isEmpty ? 0 : 2) + (test.dropout > 0 ? 4 : 0)
    #expect(account.elementwise == flops * reference.squares)
    // Queries, keys and values read and the context written, and four matrices; backward the
    // context's gradient read, that of the projection written, and six.
    let (operands, hidden, projection) = touched(test, layout)
    #expect(
      account.operations[.attention]?.touchedBytes
        == 4 * (operands + hidden + 4 * reference.squares))
    #expect(
      account.operations[.attentionBackward]?.touchedBytes
        == 4 * (operands + hidden + projection + 6 * reference.squares))
  }

  @Test(
    "Tiled attention agrees with the definition, wherever keys and values lie", arguments: cases,
    ReferenceAttention.Layout.allCases)
  func flash(_ test: Case, _ layout: ReferenceAttention.Layout) throws {
    let (size, reference) = (test.size, try reference(test))
    let (values, account) = try bothWays { reference.runFlash(layout, $0) }
    let expected = reference.run()
    #expect(relativeError(values[0], expected.context) <= forwardBound(test))
    #expect(relativeError(values[1], expected.logSumExp, size: 1) <= forwardBound(test))
    let error = relativeError(values[2], expected.qkvGradient, size: gradientSize(test))
    #expect(error <= backwardBound(test))
    // Two products forward and five backward, of 2·d for each pair of query and key.
    #expect(account.matmulDense == 7 * 2 * reference.squares * size.d)
    // 6 for each pair that is visible, and 9 backward; ALiBi's product and sum in both.
    let flops = 15 + (test.slopes.isEmpty ? 0 : 4)
    #expect(account.elementwise == flops * size.B * size.a * size.T * (size.T + 1) / 2)
    // As dense attention, with a number for each row instead of matrices; backward reads the
    // context, too.
    let (operands, hidden, projection) = touched(test, layout)
    let sums = size.B * size.a * size.T
    #expect(
      account.operations[.flashAttention]?.touchedBytes == 4 * (operands + hidden + sums))
    #expect(
      account.operations[.flashAttentionBackward]?.touchedBytes
        == 4 * (operands + 2 * hidden + projection + sums))
  }

  @Test("Heads that share keys and values are as heads that have the same ones")
  func repeated() throws {
    let shared = try ReferenceAttention((B: 1, a: 4, T: 7, d: 5), kvHeads: 2, dropout: 0)
    let (layouts, _) = try bothWays { engine in
      ReferenceAttention.Layout.allCases.map { shared.runFlash($0, engine) }
    }
    for layout in layouts.dropFirst() {
      for (values, fused) in zip(layout, layouts[0]) { #expect(values.bits == fused.bits) }
    }
  }

  /// Elements of queries, keys and values as they lie, of the context and of the projection.
  private func touched(
    _ test: Case, _ layout: ReferenceAttention.Layout
  ) -> (operands: Int, hidden: Int, projection: Int) {
    let (B, a, T, d) = test.size
    let kvHeads = layout == .repeated ? a : test.kvHeads
    let head = B * T * d
    return ((a + 2 * kvHeads) * head, a * head, (a + 2 * test.kvHeads) * head)
  }

  private func reference(_ test: Case) throws -> ReferenceAttention {
    try ReferenceAttention(
      test.size, kvHeads: test.kvHeads, slopes: test.slopes, dropout: test.dropout)
  }

  /// Scores of up to 4·√d and the slope times the distance are rounded before the exponential.
  private func scores(_ test: Case) -> Int {
    let farthest = Double(test.slopes.max() ?? 0) * Double(test.size.T)
    return Int(4 * Double(test.size.d).squareRoot() + farthest)
  }

  /// As `FlashAttentionTests`: some ten operations, tile by tile, and two sums over T.
  private func forwardBound(_ test: Case) -> Double {
    roundingBound(operations: 12 + scores(test), sumOf: 2 * test.size.T)
  }

  private func backwardBound(_ test: Case) -> Double {
    roundingBound(operations: 20 + scores(test), sumOf: 4 * test.size.T)
  }

  /// Gradients cancel from terms of size 4 where one key has all the weight, a/g heads of them.
  private func gradientSize(_ test: Case) -> Double {
    4 * Double(test.size.a / test.kvHeads)
  }
}
