/// A sum of monomials with exact coefficients: the form in which two formulas can be compared
/// symbol by symbol.
///
/// Exponents may be negative, so that `34·b·s·h/t` is one term. Terms with coefficient zero are not
/// kept: equal polynomials are equal values, and the difference of equal ones is zero.
public struct Polynomial: Hashable, Sendable {
  /// The coefficient of each monomial; never zero.
  public let coefficients: [Monomial: Rational]

  /// The sum of these monomials, each times its coefficient.
  public init(_ coefficients: [Monomial: Rational] = [:]) {
    self.coefficients = coefficients.filter { $0.value != 0 }
  }

  /// A constant.
  public init(_ constant: Rational) {
    self.init([Monomial(): constant])
  }

  /// A single symbol.
  public init(symbol: String) {
    self.init([Monomial([symbol: 1]): 1])
  }

  /// Whether nothing is left of it.
  public var isZero: Bool { coefficients.isEmpty }

  /// The symbols that occur in it.
  public var symbols: Set<String> {
    coefficients.keys.reduce(into: []) { $0.formUnion($1.exponents.keys) }
  }

  /// The monomials and coefficients, in the order in which they are written.
  public var terms: [(monomial: Monomial, coefficient: Rational)] {
    coefficients.sorted { $0.key < $1.key }.map { (monomial: $0.key, coefficient: $0.value) }
  }

  /// The coefficient of a monomial, zero if it does not occur.
  public subscript(monomial: Monomial) -> Rational { coefficients[monomial, default: 0] }

  /// The number that it gives when the symbols have these values.
  ///
  /// - Throws: `EvaluationError` where a value is missing or a divisor is zero.
  public func evaluated(at values: [String: Rational]) throws(EvaluationError) -> Rational {
    var sum: Rational = 0
    for (monomial, coefficient) in coefficients {
      sum += try Expression(Polynomial([monomial: coefficient])).evaluated(at: values).value
    }
    return sum
  }
}

extension Polynomial: CustomStringConvertible {
  /// The canonical text, `12*h^2 + 13*h`; it does not depend on how the polynomial was made.
  public var description: String { Expression(self).description }

  /// The text for readers, `12·h² + 13·h`.
  public var typographic: String { Expression(self).typographic }
}
