import Testing

@testable import Verification

@Suite struct InterpolationTests {
  private let x = [3, 4, 5, 6, 7, 8]

  @Test func `the powers that occur are those of the polynomial through the points`() {
    // 5·x³ - 2·x; 7; 0; 3·x² + x + 1
    #expect(Interpolation.exponents(x, x.map { 5 * $0 * $0 * $0 - 2 * $0 }) == [1, 3])
    #expect(Interpolation.exponents(x, x.map { _ in 7 }) == [0])
    #expect(Interpolation.exponents(x, x.map { _ in 0 }) == [])
    #expect(Interpolation.exponents(x, x.map { 3 * $0 * $0 + $0 + 1 }) == [0, 1, 2])
    #expect(Interpolation.exponents(x, x.map { $0 * ($0 + 1) / 2 }) == [1, 2])
  }

  @Test func `points that nothing confirms are no polynomial`() {
    // 2ˣ is of no degree; max(x, 6) has a corner; x⁵ takes all six points
    #expect(Interpolation.exponents(x, x.map { 1 << $0 }) == nil)
    #expect(Interpolation.exponents(x, x.map { max($0, 6) }) == nil)
    #expect(Interpolation.exponents(x, x.map { $0 * $0 * $0 * $0 * $0 }) == nil)
    #expect(Interpolation.exponents(x, x.map { $0 * $0 * $0 * $0 }) == [4])
  }
}
