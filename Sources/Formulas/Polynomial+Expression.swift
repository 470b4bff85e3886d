extension Polynomial {
  /// Multiplies an expression out.
  ///
  /// - Parameters:
  ///   - expression: sums, products, constant integer powers, and quotients by single terms.
  ///   - definitions: symbols to be replaced by expressions, which may use one another.
  /// - Throws: `PolynomialError` with the part that is no polynomial.
  public init(
    _ expression: Expression, where definitions: [String: Expression] = [:]
  ) throws(PolynomialError) {
    var expansion = Expansion(definitions: definitions)
    self = try expansion.polynomial(of: expression)
  }
}

extension Expression {
  /// The polynomial written out, its terms in their order: `5*a*b*s^2/2 - 3`.
  public init(_ polynomial: Polynomial) {
    var sum: Expression?
    for (monomial, coefficient) in polynomial.terms {
      let term = Expression(monomial, times: coefficient.magnitude)
      if let left = sum {
        sum = .operation(coefficient < 0 ? .subtraction : .addition, left, term)
      } else {
        sum = coefficient < 0 ? Expression(monomial, times: coefficient) : term
      }
    }
    self = sum ?? .number(0)
  }

  /// One term: a coefficient, symbols, and what they are divided by.
  private init(_ monomial: Monomial, times coefficient: Rational) {
    let positive = monomial.symbols.filter { monomial[$0] > 0 }
    let negative = monomial.symbols.filter { monomial[$0] < 0 }
    let above = Self.product(
      of: Rational(coefficient.magnitude.numerator), positive.map { ($0, monomial[$0]) })
    let below = Self.product(
      of: Rational(coefficient.denominator), negative.map { ($0, -monomial[$0]) })
    let term = below == .number(1) ? above : .operation(.division, above, below)
    self = coefficient < 0 ? Self.negative(term) : term
  }

  private static func product(of factor: Rational, _ powers: [(String, Int)]) -> Expression {
    let factors = powers.map { name, exponent in
      exponent == 1
        ? Expression.symbol(name)
        : .operation(.power, .symbol(name), .number(Rational(exponent)))
    }
    let all = factor == 1 && !factors.isEmpty ? factors : [.number(factor)] + factors
    return all.dropFirst().reduce(all[0]) { .operation(.multiplication, $0, $1) }
  }

  /// The sign goes to the first factor, where it needs no parentheses.
  private static func negative(_ term: Expression) -> Expression {
    guard case .operation(let operation, let left, let right) = term, operation != .power else {
      return .negation(term)
    }
    return .operation(operation, negative(left), right)
  }
}
