import BigInt

extension Rational {
  /// The square root: exact where it is rational, otherwise to 60 significant digits, rounded down
  /// and marked as inexact. Nil for negative numbers.
  public var squareRoot: ComputedValue? {
    guard numerator >= 0 else { return nil }
    // √(n/d) = √(n·d)/d, so one root of an integer is enough.
    let product = numerator * denominator
    let root = product.squareRoot()
    if root * root == product {
      return ComputedValue(Rational(root, denominator), isExact: true)
    }
    let scale = BigInt(10).power(Self.rootDigits)
    let scaledRoot = (product * scale * scale).squareRoot()
    return ComputedValue(Rational(scaledRoot, denominator * scale), isExact: false)
  }

  /// Digits after the point of the root of an integer, which is at least 1: so many digits are
  /// right in any case.
  private static let rootDigits = 60
}
