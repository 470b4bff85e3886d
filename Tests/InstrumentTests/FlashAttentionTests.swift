import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct FlashAttentionTests {
  /// Sizes, and the pairs of query and key within the tiles of 128 that the mask does not hide:
  /// one tile of T·T; for 131 = 128 + 3 these are 128·128 + 3·128 + 3·3; for 257 = 128 + 128 + 1,
  /// 3·128·128 + 2·128 + 1.
  static let sizes = [
    ((B: 1, a: 1, T: 1, d: 1), pairs: 1), ((B: 2, a: 3, T: 7, d: 5), pairs: 49),
    ((B: 2, a: 9, T: 5, d: 3), pairs: 25), ((B: 1, a: 2, T: 131, d: 3), pairs: 16_777),
    ((B: 1, a: 1, T: 257, d: 2), pairs: 49_409),
  ]

  @Test(
    "Context, row sums and gradients agree with the definition", arguments: sizes,
    [0, 0.25] as [Float])
  func attention(
    size: ((B: Int, a: Int, T: Int, d: Int), pairs: Int), probability: Float
  ) throws {
    let ((B, a, T, d), pairs) = size
    let reference = try ReferenceAttention(size.0, dropout: probability)
    let (values, account) = try bothWays { reference.runFlash(.fused, $0) }
    let expected = reference.run()
    // Scores of up to 4·√d, scaled, are rounded before the exponential and rescaled tile by tile;
    // two sums over T.
    let scores = Int(4 * Double(d).squareRoot())
    let forward = roundingBound(operations: 12 + scores, sumOf: 2 * T)
    #expect(relativeError(values[0], expected.context) <= forward)
    #expect(relativeError(values[1], expected.logSumExp, size: 1) <= forward)
    // As forward, and the difference of gradients that cancel, of size 4 where one key has all
    // the weight.
    let backward = roundingBound(operations: 20 + scores, sumOf: 4 * T)
    #expect(relativeError(values[2], expected.qkvGradient, size: 4) <= backward)
    // Products of 2·d for each pair: two forward, and five backward, where scores are made again.
    let heads = B * a
    #expect(account.matmul == 7 * 2 * d * heads * pairs)
    #expect(account.matmulDense == 7 * 2 * d * heads * T * T)
    // 6 for each pair that is visible, and 9 backward.
    #expect(account.elementwise == 15 * heads * T * (T + 1) / 2)
  }
}
