import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Instrument

@Suite struct RotaryTests {
  /// Sizes, heads of keys, and how much of a head is turned: all, and a part of it; the last with
  /// more heads than there are lanes.
  static let cases = [
    (size: (B: 1, a: 1, T: 1, d: 2), kvHeads: 1, turned: 2),
    (size: (B: 2, a: 4, T: 7, d: 6), kvHeads: 4, turned: 6),
    (size: (B: 2, a: 6, T: 9, d: 8), kvHeads: 2, turned: 4),
    (size: (B: 3, a: 8, T: 5, d: 4), kvHeads: 1, turned: 4),
  ]
  static let theta = 500_000.0

  struct Turned {
    let cosine, sine, there, back: [Float]
  }

  @Test(
    "Queries and keys turn by their positions, values do not, and gradients turn back",
    arguments: cases)
  func rotation(size: (B: Int, a: Int, T: Int, d: Int), kvHeads: Int, turned: Int) throws {
    let shape = AttentionShape(
      batch: size.B, heads: size.a, kvHeads: kvHeads, sequence: size.T, headDimension: size.d)
    let width = shape.qkvWidth
    var random = SplitMix64(seed: UInt64(size.T))
    let (x, dy) = (random.floats(size.B * size.T * width), random.floats(size.B * size.T * width))
    let (values, account) = try bothWays { engine -> Turned in
      let cosine = engine.unwritten(size.T, turned)
      let sine = engine.unwritten(size.T, turned)
      engine.rotaryAngles(cosine: cosine, sine: sine, theta: Self.theta)
      let angles = RotaryAngles(cosine: cosine, sine: sine)
      let qkv = engine.tensor(size.B * size.T, width, x)
      engine.rotate(qkv, by: angles, shape)
      let gradient = engine.tensor(size.B * size.T, width, dy)
      engine.rotateBackward(gradient, by: angles, shape)
      // The addresses in the angles are valid as long as the tensors live.
      return Turned(
        cosine: cosine.result, sine: sine.result, there: qkv.result, back: gradient.result)
    }
    func expected(_ x: [Float], _ sign: Double) -> [Double] {
      rows(x.doubles, width).enumerated().flatMap { row, values in
        turn(
          values, heads: size.a + kvHeads, d: size.d, turned, sign * Double(row % size.T))
      }
    }
    // The angle's rounding, two products and a sum, of terms of up to 2.
    let allowed = roundingBound(operations: 4)
    #expect(relativeError(values.there, expected(x, 1), size: 2) <= allowed)
    #expect(relativeError(values.back, expected(dy, -1), size: 2) <= allowed)
    // <R x, dy> = <x, Rᵀ dy>: the gradient is that of what was turned. Of terms of up to 4.
    let (left, right) = (dot(values.there.doubles, dy.doubles), dot(x.doubles, values.back.doubles))
    #expect(abs(left - right) <= 4 * allowed * Double(x.count))
    // What is not turned keeps its bits.
    for index in x.indices where !isTurned(index % width, size.a + kvHeads, size.d, turned) {
      #expect(values.there[index] == x[index] && values.back[index] == dy[index])
    }
    for (index, value) in values.cosine.enumerated() {
      let (position, pair) = (index / turned, index % turned % (turned / 2))
      let angle = Double(position) * pow(Self.theta, -2 * Double(pair) / Double(turned))
      #expect(abs(Double(value) - cos(angle)) <= 0x1p-24)
      #expect(abs(Double(values.sine[index]) - sin(angle)) <= 0x1p-24)
    }
    // Two for each angle's cosine and sine; for each element of each head of queries and keys two
    // products and a sum, there and back.
    let elements = size.B * size.T * (size.a + kvHeads) * turned
    #expect(account.elementwise == 2 * size.T * turned + 2 * 3 * elements)
    // 4 bytes each, written; read and written, there and back.
    #expect(account.touchedBytes == 2 * 4 * size.T * turned + 2 * 2 * 4 * elements)
  }

  private func isTurned(_ column: Int, _ heads: Int, _ d: Int, _ turned: Int) -> Bool {
    column < heads * d && column % d < turned
  }

  /// (u + iv)·e^(i·angle) for each pair of a head's first and second halves.
  private func turn(
    _ row: [Double], heads: Int, d: Int, _ turned: Int, _ position: Double
  ) -> [Double] {
    var result = row
    for head in 0..<heads {
      for pair in 0..<turned / 2 {
        let angle = position * pow(Self.theta, -2 * Double(pair) / Double(turned))
        let (first, second) = (head * d + pair, head * d + pair + turned / 2)
        let (u, v) = (row[first], row[second])
        result[first] = u * cos(angle) - v * sin(angle)
        result[second] = v * cos(angle) + u * sin(angle)
      }
    }
    return result
  }
}
