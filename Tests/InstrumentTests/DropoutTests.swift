import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct DropoutTests {
  /// The last is cut into two pieces.
  static let sizes = [(1, 1), (5, 19), (33, 131)]

  @Test("A mask follows from its seed alone, and keeps 1 - p of many elements")
  func mask() throws {
    func kept(_ p: Float, seed: UInt64, rows: Int, columns: Int) throws -> [UInt8] {
      let (mask, account) = try bothWays { engine -> [UInt8] in
        let mask = engine.make(
          rows, columns, .activation, .mlpResidualDropoutMask, precision: .int8)
        engine.dropoutMask(mask, Dropout(probability: p, seed: seed))
        guard engine.isReal else { return [] }
        return (0..<mask.count).map { mask.masks[$0] }
      }
      #expect(account.elementwise == rows * columns)
      return mask
    }
    let mask = try kept(0.25, seed: 7, rows: 100, columns: 101)
    #expect(try kept(0.25, seed: 7, rows: 101, columns: 100) == mask)
    #expect(try kept(0.25, seed: 8, rows: 100, columns: 101) != mask)
    #expect(Set(mask) == [0, 1])
    // Cores make the mask in pieces of 4096; no piece is another's copy.
    #expect(mask[..<4096] != mask[4096..<8192])
    // Mean 0.75·10,100 = 7,575, deviation √(10,100·0.75·0.25) ≈ 43.5; five of them.
    #expect(abs(mask.reduce(0) { $0 + Int($1) } - 7575) <= 218)
  }

  @Test("What is kept is divided by 1 - p, forward and backward, in place too", arguments: sizes)
  func apply(R: Int, C: Int) throws {
    var random = SplitMix64(seed: 1)
    let x = random.floats(R * C)
    let dropout = Dropout(probability: 0.375, seed: 3)
    let (values, account) = try bothWays { engine -> [[Float]] in
      let mask = engine.make(R, C, .activation, .mlpResidualDropoutMask, precision: .int8)
      engine.dropoutMask(mask, dropout)
      let input = engine.tensor(R, C, x)
      let output = engine.unwritten(R, C)
      engine.applyDropout(into: output, input, mask: mask, dropout)
      engine.applyDropout(into: input, input, mask: mask, dropout)
      let kept = engine.isReal ? (0..<mask.count).map { Float(mask.masks[$0]) } : []
      return [output.result, input.result, kept]
    }
    let expected = zip(x, values[2]).map { Double($0) * Double($1) / 0.625 }
    // The reciprocal and the product.
    #expect(relativeError(values[0], expected, size: 1) <= roundingBound(operations: 2))
    #expect(values[1].bits == values[0].bits)
    // 1 for the mask, and 2 for each of two applications.
    #expect(account.elementwise == 5 * R * C)
  }
}
