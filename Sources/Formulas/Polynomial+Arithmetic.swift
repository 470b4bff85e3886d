extension Polynomial {
  /// The sum.
  public static func + (left: Polynomial, right: Polynomial) -> Polynomial {
    Polynomial(left.coefficients.merging(right.coefficients, uniquingKeysWith: +))
  }

  /// The difference.
  public static func - (left: Polynomial, right: Polynomial) -> Polynomial {
    left + -right
  }

  /// Each term with the other sign.
  public static prefix func - (polynomial: Polynomial) -> Polynomial {
    Polynomial(polynomial.coefficients.mapValues { -$0 })
  }

  /// The product, multiplied out.
  public static func * (left: Polynomial, right: Polynomial) -> Polynomial {
    var product: [Monomial: Rational] = [:]
    for (leftMonomial, leftCoefficient) in left.coefficients {
      for (rightMonomial, rightCoefficient) in right.coefficients {
        product[leftMonomial * rightMonomial, default: 0] += leftCoefficient * rightCoefficient
      }
    }
    return Polynomial(product)
  }

  /// The power, multiplied out; nil for a negative power of anything but a single term.
  public func power(_ exponent: Int) -> Polynomial? {
    if coefficients.count == 1, let (monomial, coefficient) = coefficients.first {
      return Polynomial([monomial.power(exponent): coefficient.power(exponent)])
    }
    guard exponent >= 0 else { return nil }
    return (0..<exponent).reduce(Polynomial(1)) { power, _ in power * self }
  }

  /// Puts a polynomial in the place of a symbol: `f` by `4·h`.
  ///
  /// - Throws: `PolynomialError` where the symbol is a divisor and the polynomial has more than
  ///   one term.
  public func substituting(
    _ symbol: String, by replacement: Polynomial
  ) throws(PolynomialError) -> Polynomial {
    var result = Polynomial()
    for (monomial, coefficient) in coefficients {
      guard let power = replacement.power(monomial[symbol]) else {
        throw .divisionBySum(Expression(replacement), in: Expression(self))
      }
      let rest = Monomial(monomial.exponents.filter { $0.key != symbol })
      result = result + Polynomial([rest: coefficient]) * power
    }
    return result
  }
}
