import CKernels
import TestSupport
import Testing

@Suite struct DropoutTests {
  static func mask(seed: UInt64, first: UInt64 = 0, p: Float, count: Int) -> [UInt8] {
    var mask = [UInt8](repeating: 2, count: count)
    dropout_mask(&mask, seed, first, p, count)
    return mask
  }

  @Test("Whether an element is kept depends on the seed and its index alone")
  func pieces() {
    let far: UInt64 = 1 << 33
    let whole = Self.mask(seed: 5, first: far, p: 0.3, count: 1000)
    #expect(Self.mask(seed: 5, first: far, p: 0.3, count: 1000) == whole)
    #expect(Self.mask(seed: 6, first: far, p: 0.3, count: 1000) != whole)
    #expect(Self.mask(seed: 5, first: 0, p: 0.3, count: 1000) != whole)
    for (begin, count) in [(0, 1), (1, 16), (17, 483), (500, 500)] {
      let piece = Self.mask(seed: 5, first: far + UInt64(begin), p: 0.3, count: count)
      #expect(piece == Array(whole[begin..<begin + count]))
    }
  }

  @Test("The fraction kept is 1 - p", arguments: [0.1, 0.5, 0.9] as [Float], [0, 1, 1 << 60])
  func fraction(p: Float, seed: UInt64) {
    let n = 1_000_000
    let mask = Self.mask(seed: seed, p: p, count: n)
    #expect(mask.allSatisfy { $0 <= 1 })
    let kept = Double(mask.reduce(0) { $0 + Int($1) })
    let q = 1 - Double(p)
    // Five standard deviations of a binomial: one seed in two million fails.
    #expect(abs(kept - q * Double(n)) <= 5 * (Double(n) * q * (1 - q)).squareRoot())
  }

  @Test("Neighbours, and neighbouring seeds, are kept independently")
  func independence() {
    let n = 1_000_000
    let a = Self.mask(seed: 1, p: 0.5, count: n)
    let b = Self.mask(seed: 2, p: 0.5, count: n)
    for (x, y) in [(a[...], b[...]), (a.dropLast(), a[1...]), (a.dropLast(), b[1...])] {
      let agreements = Double(zip(x, y).count { $0 == $1 })
      #expect(abs(agreements - Double(x.count) / 2) <= 5 * Double(x.count).squareRoot() / 2)
    }
  }

  @Test("p = 0 keeps everything and p = 1 nothing")
  func extremes() {
    #expect(Self.mask(seed: 3, p: 0, count: 10_000).allSatisfy { $0 == 1 })
    #expect(Self.mask(seed: 3, p: 1, count: 10_000).allSatisfy { $0 == 0 })
  }

  @Test("Dropout scales what it keeps, in place too", arguments: [1, 3, 17, 768])
  func apply(n: Int) {
    var random = SplitMix64(seed: 4)
    let x = random.floats(n)
    let mask = Self.mask(seed: 4, p: 0.25, count: n)
    var out = garbage(n)
    dropout_apply(&out, x, mask, 0.25, n)
    let expected = x.indices.map { Double(x[$0]) * Double(mask[$0]) / 0.75 }
    #expect(relativeError(out, expected) <= roundingBound(operations: 2))
    // It is linear and diagonal, so this is its own backward.
    let differences = centralDifferences(x.doubles) {
      zip($0, mask).map { $0 * Double($1) / 0.75 }.reduce(0, +)
    }
    var din = garbage(n)
    dropout_apply(&din, [Float](repeating: 1, count: n), mask, 0.25, n)
    #expect(
      relativeError(din, differences, size: 1) <= differenceBound + roundingBound(operations: 2))

    var inPlace = x
    inPlace.withUnsafeMutableBufferPointer {
      dropout_apply($0.baseAddress!, $0.baseAddress!, mask, 0.25, n)
    }
    #expect(inPlace.bits == out.bits)
    dropout_apply(&out, x, [UInt8](repeating: 1, count: n), 0, n)
    #expect(out.bits == x.bits)
  }
}

@Suite struct NormalTests {
  @Test(
    "Normal values have the mean, deviation and tails of their distribution", arguments: [0, 9])
  func moments(seed: UInt64) {
    let n = 1_000_000
    var x = garbage(n)
    fill_normal(&x, seed, 0, 3, 0.5, n)
    let z = x.doubles.map { ($0 - 3) / 0.5 }
    // Each moment's standard deviation over n draws is that of z^k, from the moments of a normal.
    let sigma = 1 / Double(n).squareRoot()
    func moment(_ k: Int) -> Double {
      z.reduce(0) { sum, z in sum + (0..<k).reduce(1) { power, _ in power * z } } / Double(n)
    }
    #expect(abs(moment(1)) <= 5 * sigma)
    #expect(abs(moment(2) - 1) <= 5 * sigma * 2.0.squareRoot())
    #expect(abs(moment(3)) <= 5 * sigma * 15.0.squareRoot())
    #expect(abs(moment(4) - 3) <= 5 * sigma * 96.0.squareRoot())
    let beyond3 = Double(z.count { abs($0) > 3 }) / Double(n)
    #expect(abs(beyond3 - 0.0026998) <= 5 * sigma * 0.0519)
    let neighbours = zip(z, z.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(n)
    #expect(abs(neighbours) <= 5 * sigma)
    // Of a million, one in a million lies beyond 4.89; none is to lie beyond 8, and none at NaN.
    #expect(z.allSatisfy { abs($0) < 8 })
    #expect(z.contains { abs($0) > 4.2 })
  }

  @Test("Values filled in parts are those filled at once")
  func pieces() {
    let n = 1000
    var whole = garbage(n)
    fill_normal(&whole, 7, 1 << 40, 0, 0.02, n)
    for (begin, count) in [(0, 1), (1, 16), (17, 483), (500, 500)] {
      var piece = garbage(count)
      fill_normal(&piece, 7, (1 << 40) + UInt64(begin), 0, 0.02, count)
      #expect(piece.bits == Array(whole[begin..<begin + count]).bits)
    }
    var other = garbage(n)
    fill_normal(&other, 8, 1 << 40, 0, 0.02, n)
    #expect(other.bits != whole.bits)
  }
}
