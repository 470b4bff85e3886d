import Foundation

/// Sebastiano Vigna's SplitMix64: the tests draw the same numbers every time.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Values spread evenly over `range`.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  mutating func indices(_ count: Int, below bound: Int) -> [Int64] {
    (0..<count).map { _ in Int64.random(in: 0..<Int64(bound), using: &self) }
  }
}

/// max |actual - expected| / max |expected|, or infinity when a value is not a number. Where the
/// terms of a result cancel, `size` says how large they were: rounding is relative to that.
func relativeError(_ actual: [Float], _ expected: [Double], size: Double? = nil) -> Double {
  guard actual.count == expected.count else { return .infinity }
  var difference = 0.0
  var largest = size ?? 0
  for (a, e) in zip(actual, expected) {
    let d = abs(Double(a) - e)
    if d.isNaN { return .infinity }
    difference = max(difference, d)
    largest = max(largest, abs(e))
  }
  return difference == 0 ? 0 : difference / largest
}

/// The error that `operations` roundings in a row and a sum of `n` terms may leave, as a fraction
/// of the largest result. A rounding is at most half an ulp, 2^-24; those of a sum have random
/// signs and add up like a random walk, to sqrt(n) of them. Whole ulps, 2^-23, leave room for
/// the unluckiest of many results.
func bound(operations: Int, sumOf n: Int = 0) -> Double {
  (Double(operations) + Double(n).squareRoot()) * 0x1p-23
}

/// The gradient of `loss` at `x`. A step of 1e-5 leaves 1e-10 of truncation and 1e-11 of
/// rounding, relative to values and derivatives around 1: the tests allow 1e-7.
func centralDifferences(_ x: [Double], _ loss: ([Double]) -> Double) -> [Double] {
  let step = 1e-5
  var probe = x
  return x.indices.map { i in
    probe[i] = x[i] + step
    let above = loss(probe)
    probe[i] = x[i] - step
    let below = loss(probe)
    probe[i] = x[i]
    return (above - below) / (2 * step)
  }
}

let differenceBound = 1e-7

func relativeError(_ actual: [Double], _ expected: [Double]) -> Double {
  let difference = zip(actual, expected).map { abs($0 - $1) }.max() ?? 0
  let largest = expected.map { abs($0) }.max() ?? 0
  return difference == 0 ? 0 : difference / max(largest, 1)
}

func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

/// What memory that nobody has written may hold.
func garbage(_ count: Int) -> [Float] { [Float](repeating: .nan, count: count) }

extension [Float] {
  var doubles: [Double] { map(Double.init) }
  var bits: [UInt32] { map(\.bitPattern) }
}

/// [0,C) in up to three uneven parts, which do not begin at a vector's boundary, and an empty one.
func columnPieces(_ C: Int) -> [(Int, Int)] {
  let cuts = [0, C / 3, C / 3, min(C, C / 3 + 5), C]
  return zip(cuts, cuts.dropFirst()).map { ($0, $1) }
}
