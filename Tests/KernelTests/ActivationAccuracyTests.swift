import Testing

/// Every activation over every size of float, from the tails through the smallest to the largest.
@Suite struct ActivationAccuracyTests {
  /// One in 49,999 of all finite floats, as their bits count them: 2^32 / 49,999 = 85,900, the half
  /// of them below 0, and as many between any two neighbouring powers of two; and from -20 to 20
  /// in steps of 0.001, where the functions bend.
  static let everywhere =
    stride(from: UInt64(0), to: 1 << 32, by: 49_999).map { Float(bitPattern: UInt32($0)) }
    .filter(\.isFinite) + (-20_000...20_000).map { Float($0) * 0.001 }

  /// How far a result may be from the definition.
  struct Allowance: CustomTestStringConvertible, Sendable {
    let activation: Activation
    /// In ulps (2^-23) of the result.
    let forward: @Sendable (Double) -> Double
    /// In ulps of the slope's terms.
    let backward: @Sendable (Double) -> Double
    /// What nearly nothing may be taken for nothing.
    let leastForward: Double
    let leastBackward: Double
    var testDescription: String { activation.testDescription }
  }

  static let allowances = [
    // The fit of erfc is within an ulp, and its polynomial and products round some ten times. In
    // the tail e^(-x²/2) is the result, and changes by what x²/2 does: half an ulp each for the
    // rounding of √½ and of x√½, which count twice in the square, of the square, and of the sum:
    // six times x²/4 ulps. The slope squares x itself, for x²/4 ulps; its other term, with what
    // that has, is x² times smaller. Where e^(-x²/2) is below 2^-125 it becomes 0: x is -13.2.
    Allowance(
      activation: .geluErf, forward: { 10 + 1.5 * $0 * $0 }, backward: { 10 + 0.25 * $0 * $0 },
      leastForward: 14 * 0x1p-125, leastBackward: 14 * 0x1p-125),
    // The exponential (1.3 ulp), a sum and a quotient. Beyond e^89 it is INFINITY: 89/e^88.7 =
    // 2.7e-37. The slope takes x beyond -80 for -80: 80/e^80 = 1.44e-33.
    Allowance(
      activation: .silu, forward: { _ in 4 }, backward: { _ in 8 }, leastForward: 3e-37,
      leastBackward: 1.5e-33),
    // No rounding.
    Allowance(
      activation: .relu, forward: { _ in 0 }, backward: { _ in 0 }, leastForward: 0,
      leastBackward: 0),
  ]

  @Test("Activations keep their digits over all floats", arguments: allowances)
  func forward(_ allowance: Allowance) {
    let x = Self.everywhere
    var out = garbage(x.count)
    allowance.activation.forward(&out, x, x.count)
    var worst = (excess: 0.0, x: Float.nan, y: Float.nan)
    for (x, y) in zip(x, out) {
      let expected = allowance.activation.value(Double(x))
      // Denormal results have digits down to the smallest float, and half of it.
      let allowed =
        allowance.forward(Double(x)) * 0x1p-23 * abs(expected) + allowance.leastForward + 0x1p-149
      let excess = abs(Double(y) - expected) / allowed
      if !(excess <= worst.excess) { worst = (excess, x, y) }
    }
    #expect(worst.excess <= 1, "at \(worst.x): \(worst.y)")
  }

  @Test("Slopes keep their digits over all floats", arguments: allowances)
  func backward(_ allowance: Allowance) {
    let x = Self.everywhere
    var din = garbage(x.count)
    allowance.activation.backward(&din, [Float](repeating: 1, count: x.count), x, x.count)
    var worst = (excess: 0.0, x: Float.nan, y: Float.nan)
    for (x, y) in zip(x, din) {
      let terms = allowance.activation.slopeTerms(Double(x))
      let size = terms.reduce(0) { $0 + abs($1) }
      let allowed =
        allowance.backward(Double(x)) * 0x1p-23 * size + allowance.leastBackward + 0x1p-149
      let excess = abs(Double(y) - terms.reduce(0, +)) / allowed
      if !(excess <= worst.excess) { worst = (excess, x, y) }
    }
    #expect(worst.excess <= 1, "at \(worst.x): \(worst.y)")
  }

  @Test("Activations are nothing far below zero and the identity far above", arguments: allowances)
  func extremes(_ allowance: Allowance) {
    let x: [Float] = [-.greatestFiniteMagnitude, -1e20, -100, 0, 100, 1e20, .infinity]
    var out = garbage(x.count)
    allowance.activation.forward(&out, x, x.count)
    #expect(out[..<3].allSatisfy { abs(Double($0)) <= 1e-40 })
    #expect(Array(out[3...]) == Array(x[3...]))

    // At infinity GELU's slope is infinity times 0; there is nothing to expect.
    let finite = Array(x.dropLast())
    var din = garbage(finite.count)
    allowance.activation.backward(&din, [1, 1, 1, 1, 1, 1], finite, finite.count)
    #expect(din[..<3].allSatisfy { abs(Double($0)) <= 1.5e-33 })
    #expect(Array(din[4...]) == [1, 1])
    // x s(x) and x P(X <= x) have the slope s(0) = P(X <= 0) = 1/2.
    if allowance.activation.testDescription != "ReLU" { #expect(abs(din[3] - 0.5) <= 0x1p-22) }
  }

  @Test("Activations pass NaN on, wherever in the row it is", arguments: Activation.all)
  func notANumber(_ activation: Activation) {
    for place in 0..<19 {
      var x = [Float](repeating: 1, count: 19)
      x[place] = .nan
      var out = zeros(19)
      activation.forward(&out, x, 19)
      #expect(out.indices.allSatisfy { out[$0].isNaN == ($0 == place) })
    }
  }
}
