import Catalogue

/// Why an expression has no value, with the part of it that is to blame.
public enum EvaluationError: Error, Hashable, Sendable {
  /// A symbol has neither a value nor a definition.
  case unbound(symbol: String, in: Expression, bound: [String])
  /// The divisor of this quotient, or the base of this negative power, is zero.
  case divisionByZero(in: Expression)
  /// The argument of this root is negative.
  case negativeRoot(of: Rational, in: Expression)
  /// The exponent of this power is no integer.
  case fractionalExponent(Rational, in: Expression)
  /// The value has more digits than any quantity.
  case tooLarge(in: Expression)
  /// The formula and its definitions are more work than any quantity needs.
  case tooMuch
  /// The definitions need one another in too long a chain.
  case tooDeep
  /// The definition of each symbol needs the next one, and that of the last needs the first.
  case cycle([String])
  /// A comparison where a number is needed.
  case notANumber(Expression)
  /// A number where a comparison is needed.
  case notAComparison(Expression)
  /// The two sides are too close for the digits that an inexact root has.
  case undecided(Expression)
}

extension EvaluationError: CustomStringConvertible {
  /// One line: what is wrong where.
  public var description: String {
    switch self {
    case .unbound(let symbol, let expression, let bound):
      let known = bound.isEmpty ? "nothing" : bound.joined(separator: ", ").quoted
      let have = bound.count > 1 ? "have" : "has"
      return "\(symbol.quoted) in \(expression.quoted) has no value; \(known) \(have) one"
    case .divisionByZero(let expression):
      return "\(expression.quoted) divides by zero"
    case .negativeRoot(let number, let expression):
      return "\(expression.quoted) is the root of a negative number, \(number.description.quoted)"
    case .fractionalExponent(let exponent, let expression):
      return "\(expression.quoted) has the exponent \(exponent.description.quoted), not an integer"
    case .tooLarge(let expression):
      return "\(expression.quoted) has more than 1200 digits"
    case .tooMuch:
      return "the formula and its definitions take too many operations on long numbers"
    case .tooDeep:
      return "the definitions need one another in a chain that is too long"
    case .cycle(let names):
      let chain = names + names.prefix(1)
      return "the definitions go in a circle: \(chain.joined(separator: " needs ").quoted)"
    case .notANumber(let expression):
      return "\(expression.quoted) is true or false, not a number"
    case .notAComparison(let expression):
      return "\(expression.quoted) is a number, not a comparison"
    case .undecided(let expression):
      return
        "\(expression.quoted) cannot be decided: both sides agree in all digits that a root has"
    }
  }

  /// What would be right instead.
  public var expected: String {
    switch self {
    case .unbound: "a symbol that has a value"
    case .divisionByZero: "a divisor that is not zero"
    case .negativeRoot: "the root of a number that is not negative"
    case .fractionalExponent: "an integer as the exponent, or sqrt for a root"
    case .tooLarge: "a value with fewer digits"
    case .tooMuch: "fewer operations, or shorter numbers"
    case .tooDeep: "fewer definitions"
    case .cycle: "definitions that do not go in a circle"
    case .notANumber: "a number"
    case .notAComparison: "a comparison with <, <=, >, >= or ="
    case .undecided: "sides that differ in their first digits, or have no roots"
    }
  }
}
