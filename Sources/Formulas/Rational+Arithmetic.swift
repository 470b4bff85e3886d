import BigInt

// MARK: - The four operations

extension Rational: SignedNumeric {
  /// The number without its sign.
  public var magnitude: Rational { numerator < 0 ? -self : self }

  /// An integer of any type, exactly.
  public init?<T: BinaryInteger>(exactly source: T) {
    self.init(BigInt(source))
  }

  /// The sum.
  public static func + (left: Rational, right: Rational) -> Rational {
    Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      left.denominator * right.denominator)
  }

  /// The difference.
  public static func - (left: Rational, right: Rational) -> Rational {
    left + -right
  }

  /// The same magnitude with the other sign.
  public static prefix func - (number: Rational) -> Rational {
    Rational(-number.numerator, number.denominator)
  }

  /// The product.
  public static func * (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.numerator, left.denominator * right.denominator)
  }

  /// Multiplies in place.
  public static func *= (left: inout Rational, right: Rational) {
    left = left * right
  }

  /// The quotient.
  ///
  /// - Precondition: `right` is not zero.
  public static func / (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.denominator, left.denominator * right.numerator)
  }
}

// MARK: - Powers and rounding

extension Rational {
  /// The number multiplied by itself `exponent` times; a negative exponent gives the reciprocal.
  ///
  /// The zeroth power is 1, of zero too.
  ///
  /// - Precondition: zero is not raised to a negative power.
  public func power(_ exponent: Int) -> Rational {
    let size = Int(exponent.magnitude)
    let (above, below) = (numerator.power(size), denominator.power(size))
    return exponent < 0 ? Rational(below, above) : Rational(above, below)
  }

  /// The largest integer that is not above the number.
  public var floor: Rational {
    // `modulus` is never negative, so the subtraction rounds down for either sign.
    Rational((numerator - numerator.modulus(denominator)) / denominator)
  }

  /// The smallest integer that is not below the number.
  public var ceil: Rational { -(-self).floor }

  /// The integer part: rounded towards zero.
  public var truncated: Rational { numerator < 0 ? ceil : floor }
}
