import Formulas
import Testing

@Suite struct RationalRoundingTests {
  @Test(arguments: [
    (34.0000000001, "34"), (-0.99999999999, "-1"), (0.5, "1/2"), (1e-9, "0"), (2.3333333333, "7/3"),
    (-3.2000000001, "-16/5"), (3_153_920.0001, "3153920"), (0.0078125, "1/128"), (0, "0"),
  ])
  func `a number that a computation has rounded is the simple fraction near it`(
    number: Double, fraction: String
  ) {
    #expect(Rational(simplestNear: number)?.description == fraction)
  }

  @Test func `the tolerance is relative to the number, but not below one millionth`() {
    #expect(Rational(simplestNear: 1_000_000.4) == 1_000_000)
    #expect(Rational(simplestNear: 1_000_000.4, tolerance: 1e-9) == Rational(5_000_002, 5))
    #expect(Rational(simplestNear: 0.000_01) == Rational(1, 100_000))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e15])
  func `what has no digits after the point left is no fraction`(number: Double) {
    #expect(Rational(simplestNear: number) == nil)
  }
}
