import BigInt
import Formulas
import TestSupport
import Testing

@Suite struct RationalTests {
  @Test func `fractions are reduced and carry their sign above the line`() {
    // 6/-8 = -3/4
    #expect(Rational(6, -8) == Rational(-3, 4))
    #expect(Rational(6, -8).description == "-3/4")
    #expect(Rational(12, 1).description == "12")
    #expect(Rational(0, -5).description == "0")
  }

  @Test func `a third times three is one`() {
    #expect(Rational(1, 3) * 3 == 1)
    #expect(Rational(1, 3).hashValue == (Rational(2, 6)).hashValue)
  }

  @Test func `the four operations`() {
    // 1/2 + 1/3 = 5/6; 1/2 - 1/3 = 1/6; 1/2 · 1/3 = 1/6; (1/2)/(1/3) = 3/2
    let (half, third) = (Rational(1, 2), Rational(1, 3))
    #expect(half + third == Rational(5, 6))
    #expect(half - third == Rational(1, 6))
    #expect(half * third == Rational(1, 6))
    #expect(half / third == Rational(3, 2))
    #expect(third < half && -half < -third)
    #expect((-half).magnitude == half)
  }

  @Test func `powers may be negative, and the zeroth is one`() {
    // (-2/3)³ = -8/27, (-2/3)⁻³ = -27/8
    #expect(Rational(-2, 3).power(3) == Rational(-8, 27))
    #expect(Rational(-2, 3).power(-3) == Rational(-27, 8))
    #expect(Rational(0).power(0) == 1)
    #expect(Rational(10).power(40).numerator == BigInt(10).power(40))
  }

  @Test func `floor, ceil and truncation differ below zero`() {
    // -7/2 = -3.5
    #expect(Rational(-7, 2).floor == -4)
    #expect(Rational(-7, 2).ceil == -3)
    #expect(Rational(-7, 2).truncated == -3)
    #expect(Rational(7, 2).floor == 3)
    #expect(Rational(7, 2).ceil == 4)
    #expect(Rational(-4).floor == -4 && Rational(-4).ceil == -4)
  }

  @Test(arguments: [
    ("1.75e11", "175000000000"), ("0.3", "3/10"), ("-0.25", "-1/4"), ("2E-2", "1/50"), ("007", "7"),
    ("3/4", "3/4"), ("1.5/0.5", "3"),
  ])
  func `decimals are read exactly`(text: String, printed: String) {
    #expect(Rational(text)?.description == printed)
  }

  @Test(arguments: ["", "-", "1.", ".5", "1e", "1,000", "1/0", "1e99999", "x", "1.2.3", "--1", "１"])
  func `what is no decimal is not read`(text: String) {
    #expect(Rational(text) == nil)
  }

  @Test func `decimals are written where they end`() {
    #expect(Rational(3, 8).decimalDescription == "0.375")
    #expect(Rational(-1, 200).decimalDescription == "-0.005")
    #expect(Rational(1, 3).decimalDescription == nil)
  }

  @Test func `integers are given back if they fit into 64 bits`() {
    #expect(Rational(Int.max).integer == Int.max)
    #expect((Rational(Int.max) + 1).integer == nil)
    #expect(Rational(1, 2).integer == nil)
  }

  @Test func `the nearest Double is found, also where the digits form a near tie`() {
    #expect(Rational(1, 3).doubleValue == 1.0 / 3.0)
    #expect(Rational(0).doubleValue == 0)
    #expect(Rational(-5).doubleValue == -5)
    // 2⁵³ + 1 is a tie between 2⁵³ and 2⁵³ + 2, which goes to the even 2⁵³; a hair more goes up.
    let tie = Rational(2).power(53) + 1
    #expect(tie.doubleValue == 0x1p53)
    #expect((tie + Rational(10).power(-30)).doubleValue == 0x1p53 + 2)
    #expect(Rational("6.02214076e23")?.doubleValue == 6.02214076e23)
    #expect(Rational(10).power(400).doubleValue == .infinity)
  }

  @Test func `the nearest Double agrees with division of random integers`() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<2000 {
      let (n, d) = (
        Int.random(in: -(1 << 53)...1 << 53, using: &random),
        Int.random(in: 1...1 << 53, using: &random)
      )
      #expect(Rational(n, d).doubleValue == Double(n) / Double(d), "\(n)/\(d)")
    }
  }

  @Test func `roots of rational squares are exact`() throws {
    // √(9/4) = 3/2; √(2/8) = √(1/4) = 1/2
    #expect(Rational(9, 4).squareRoot == ComputedValue(Rational(3, 2)))
    #expect(Rational(2, 8).squareRoot == ComputedValue(Rational(1, 2)))
    #expect(Rational(0).squareRoot == ComputedValue(0))
    #expect(Rational(-1).squareRoot == nil)
  }

  @Test(arguments: [Rational(2), Rational(1, 3), Rational(10).power(-91), Rational(7).power(99)])
  func `other roots have forty digits and say that they are not exact`(square: Rational) throws {
    let root = try #require(square.squareRoot)
    #expect(!root.isExact)
    // (r(1 + e))² = r²(1 + 2e + …): a relative error of the square below 10⁻⁴⁰ bounds that of the root.
    let error = (root.value * root.value / square - 1).magnitude
    #expect(error < Rational(10).power(-40))
  }
}
