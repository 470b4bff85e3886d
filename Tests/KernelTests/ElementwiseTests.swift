import CKernels
import TestSupport
import Testing

@Suite struct ElementwiseTests {
  static let counts = [0, 1, 3, 17, 768]

  @Test("A product may replace either of its factors", arguments: counts)
  func multiplication(n: Int) {
    var random = SplitMix64(seed: 1)
    let a = random.floats(n)
    let b = random.floats(n)
    var out = garbage(n)
    multiply(&out, a, b, n)
    // One rounding, the same as that of Float.
    #expect(out.bits == zip(a, b).map { $0 * $1 }.bits)

    var first = a
    first.withUnsafeMutableBufferPointer { first in
      guard let p = first.baseAddress else { return }
      multiply(p, p, b, n)
    }
    #expect(first.bits == out.bits)
    var second = b
    second.withUnsafeMutableBufferPointer { second in
      guard let p = second.baseAddress else { return }
      multiply(p, a, p, n)
    }
    #expect(second.bits == out.bits)
    var square = a
    square.withUnsafeMutableBufferPointer { square in
      guard let p = square.baseAddress else { return }
      multiply(p, p, p, n)
    }
    #expect(square.bits == a.map { $0 * $0 }.bits)
  }

  @Test("An array may be scaled in place", arguments: counts, [27.712812, 0, -1] as [Float])
  func scaling(n: Int, factor: Float) {
    var random = SplitMix64(seed: 2)
    let x = random.floats(n)
    var out = garbage(n)
    scale(&out, x, factor, n)
    // One rounding, the same as that of Float.
    #expect(out.bits == x.map { $0 * factor }.bits)
    var inPlace = x
    inPlace.withUnsafeMutableBufferPointer { inPlace in
      guard let p = inPlace.baseAddress else { return }
      scale(p, p, factor, n)
    }
    #expect(inPlace.bits == out.bits)
  }

  @Test(
    "Rows are copied from one distance to another, and nothing between them is touched",
    arguments: [
      (rows: 1, C: 1, ldo: 1, ldi: 1), (5, 3, 7, 3), (5, 17, 17, 51), (3, 768, 770, 2304),
      (4, 0, 2, 3), (0, 3, 3, 3),
    ])
  func copying(rows: Int, C: Int, ldo: Int, ldi: Int) {
    var random = SplitMix64(seed: 3)
    let x = random.floats(rows * ldi)
    let before = random.floats(rows * ldo)
    var out = before
    copy_rows(&out, x, rows, 4 * C, 4 * ldo, 4 * ldi)
    for r in 0..<rows {
      for c in 0..<ldo {
        #expect(out[r * ldo + c] == (c < C ? x[r * ldi + c] : before[r * ldo + c]))
      }
    }
  }

  @Test("Copied bits stay what they are, NaNs and zeros with a sign among them")
  func copiedBits() {
    let x: [Float] = [
      -0.0, .nan, -.infinity, .leastNonzeroMagnitude, Float(bitPattern: 0xffc0_0001),
    ]
    var out = zeros(5)
    copy_rows(&out, x, 5, 4, 4, 4)
    #expect(out.bits == x.bits)
  }
}
