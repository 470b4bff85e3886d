import BigInt

/// An exact fraction of integers of any size.
///
/// Always reduced, with a positive denominator, so that equal numbers are equal values and hash
/// alike. Nothing here rounds, save `doubleValue`, which says so.
public struct Rational: Hashable, Sendable {
  /// The integer above the line; it carries the sign.
  public let numerator: BigInt
  /// The integer below the line: positive, without a factor in common with `numerator`.
  public let denominator: BigInt

  /// The fraction of two integers, reduced.
  ///
  /// - Precondition: `denominator` is not zero.
  public init(_ numerator: BigInt, _ denominator: BigInt) {
    precondition(!denominator.isZero, "a fraction with denominator zero")
    let sign: BigInt = denominator < 0 ? -1 : 1
    let divisor = sign * numerator.greatestCommonDivisor(with: denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// An integer, exactly.
  public init(_ integer: Int) {
    self.init(BigInt(integer))
  }

  /// An integer of any size, exactly.
  public init(_ integer: BigInt) {
    numerator = integer
    denominator = 1
  }
}

extension Rational {
  /// Whether the number has no fractional part.
  public var isInteger: Bool { denominator == 1 }

  /// Bits of the longer of the two integers, without the sign; at least 1.
  var size: Int { max(numerator.magnitude.bitWidth, denominator.magnitude.bitWidth) }

  /// The number itself, if it is an integer that fits into 64 bits.
  public var integer: Int? { isInteger ? Int(exactly: numerator) : nil }

  /// The nearest `Double`; of two that are equally near, the even one.
  ///
  /// Infinite beyond the range of `Double`. Below its normal range it may be off by one unit in
  /// the last place.
  public var doubleValue: Double {
    // The quotient gets 62 or 63 bits, more than the 53 of a Double. The lowest bit is set when
    // something was cut off, so that the one rounding left to do cannot mistake it for a tie.
    let shift = 62 - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    let dividend = shift > 0 ? numerator.magnitude << shift : numerator.magnitude
    let divisor = shift < 0 ? denominator.magnitude << -shift : denominator.magnitude
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    let bits = UInt64(quotient) | (remainder.isZero ? 0 : 1)
    let magnitude = Double(sign: .plus, exponent: -shift, significand: Double(bits))
    return numerator < 0 ? -magnitude : magnitude
  }
}

extension Rational: Comparable {
  /// Whether the left number is the smaller.
  public static func < (left: Rational, right: Rational) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}

extension Rational: ExpressibleByIntegerLiteral {
  /// An integer, exactly.
  public init(integerLiteral value: Int) {
    self.init(value)
  }
}
