import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct HeadCopiesTests {
  /// Sizes, and heads of keys and values.
  static let cases = [
    (size: (B: 1, a: 1, T: 1, d: 1), kvHeads: 1), (size: (B: 2, a: 6, T: 5, d: 3), kvHeads: 2),
    (size: (B: 3, a: 8, T: 7, d: 5), kvHeads: 1), (size: (B: 2, a: 3, T: 4, d: 2), kvHeads: 3),
  ]

  private struct Case {
    let shape: AttentionShape
    let rows: Int
    /// Each element another number, so that no two places can be confused.
    let qkv: [Float]

    init(_ size: (B: Int, a: Int, T: Int, d: Int), _ kvHeads: Int) {
      shape = AttentionShape(
        batch: size.B, heads: size.a, kvHeads: kvHeads, sequence: size.T, headDimension: size.d)
      rows = size.B * size.T
      qkv = (0..<rows * shape.qkvWidth).map(Float.init)
    }

    /// The rows of the columns from `first` on.
    func columns(_ first: Int, _ count: Int) -> [Float] {
      (0..<rows).flatMap { row in
        Array(qkv[row * shape.qkvWidth + first..<row * shape.qkvWidth + first + count])
      }
    }
  }

  @Test("Queries or keys are copied out, and back to where they were", arguments: cases)
  func copies(size: (B: Int, a: Int, T: Int, d: Int), kvHeads: Int) throws {
    let test = Case(size, kvHeads)
    let (shape, rows, d) = (test.shape, test.rows, size.d)
    // Queries are the first a·d columns, and keys the g·d after them.
    for (part, heads, first) in [(HeadPart.query, size.a, 0), (.key, kvHeads, size.a * d)] {
      let (values, account) = try bothWays { engine -> [[Float]] in
        let qkv = engine.tensor(rows, shape.qkvWidth, test.qkv)
        let out = engine.unwritten(rows * heads, d)
        engine.copyOut(into: out, qkv, part, shape)
        let target = engine.tensor(rows, shape.qkvWidth, test.qkv.map { -$0 })
        engine.copyBack(into: target, out, part, shape)
        return [out.result, target.result]
      }
      #expect(values[0] == test.columns(first, heads * d))
      let expected = test.qkv.indices.map { index in
        let column = index % shape.qkvWidth
        return first <= column && column < first + heads * d ? test.qkv[index] : -test.qkv[index]
      }
      #expect(values[1] == expected)
      // 4 bytes of each element, read and written, there and back.
      #expect(account.touchedBytes == 2 * 2 * 4 * rows * heads * d)
      #expect(account.elementwise == 0)
      #expect(account.operations[.copyHeads]?.calls == 2)
    }
  }

  @Test(
    "Split heads lie one after the other, keys and values once for each head of queries if asked",
    arguments: cases, [false, true])
  func split(
    sizes: (size: (B: Int, a: Int, T: Int, d: Int), kvHeads: Int), repeating: Bool
  ) throws {
    let ((B, a, T, d), kvHeads) = sizes
    let test = Case((B, a, T, d), kvHeads)
    let shape = test.shape
    let kvCount = repeating ? a : kvHeads
    let (values, account) = try bothWays { engine -> [[Float]] in
      let qkv = engine.tensor(test.rows, shape.qkvWidth, test.qkv)
      let heads = engine.splitHeads(.fused(qkv), shape, repeating: repeating)
      switch heads {
      case .fused: return []
      case .paired: return []
      case .split(let split):
        #expect((split.query.rows, split.query.columns) == (B * a * T, d))
        #expect((split.key.rows, split.key.columns) == (B * kvCount * T, d))
        #expect((split.value.rows, split.value.columns) == (B * kvCount * T, d))
        return [split.query.result, split.key.result, split.value.result]
      }
    }
    /// (B, heads, T, d) of heads from a column on, each of which serves `share` heads.
    func expected(_ first: Int, _ heads: Int, share: Int) -> [Float] {
      (0..<B).flatMap { batch in
        (0..<heads).flatMap { head in
          (0..<T).flatMap { row in
            (0..<d).map { column in
              test.qkv[(batch * T + row) * shape.qkvWidth + first + head / share * d + column]
            }
          }
        }
      }
    }
    let share = kvCount / kvHeads
    try #require(values.count == 3)
    #expect(values[0] == expected(0, a, share: 1))
    #expect(values[1] == expected(a * d, kvCount, share: share))
    #expect(values[2] == expected((a + kvHeads) * d, kvCount, share: share))
    // 4 bytes of each element read, and of each written.
    let elements = (a + 2 * kvHeads) + (a + 2 * kvCount)
    #expect(account.touchedBytes == 4 * elements * B * T * d)
  }
}
