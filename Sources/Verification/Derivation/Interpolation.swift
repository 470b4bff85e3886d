import Formulas

/// The powers of a size that an amount is made of, read off the amounts along a line.
enum Interpolation {
  /// The exponents of x in the polynomial through the points, in ascending order; nil if it is of
  /// the highest degree that so many points allow, so that none of them confirms it.
  ///
  /// - Parameters:
  ///   - x: distinct, in ascending order.
  ///   - y: as many.
  static func exponents(_ x: [Int], _ y: [Int]) -> [Int]? {
    guard y.contains(where: { $0 != y[0] }) else { return y[0] == 0 ? [] : [0] }
    let differences = dividedDifferences(x, y)
    guard differences.last == 0 else { return nil }
    let coefficients = expanded(differences, x)
    return coefficients.indices.filter { coefficients[$0] != 0 }
  }

  /// Newton's coefficients: y[x₀], y[x₀,x₁], …
  private static func dividedDifferences(_ x: [Int], _ y: [Int]) -> [Rational] {
    var column = y.map { Rational($0) }
    var result = [column[0]]
    for order in 1..<x.count {
      column = (0..<x.count - order).map {
        (column[$0 + 1] - column[$0]) / Rational(x[$0 + order] - x[$0])
      }
      result.append(column[0])
    }
    return result
  }

  /// The coefficients of 1, x, x², … of Newton's form, by Horner's rule.
  private static func expanded(_ newton: [Rational], _ x: [Int]) -> [Rational] {
    var result: [Rational] = []
    for (coefficient, node) in zip(newton, x).reversed() {
      // result·(x - node) + coefficient
      var next = [Rational](repeating: 0, count: result.count + 1)
      for (power, known) in result.enumerated() {
        next[power + 1] += known
        next[power] += known * Rational(-node)
      }
      next[0] += coefficient
      result = next
    }
    return result
  }
}
