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
  /// This power has more digits than any quantity.
  case tooLarge(in: Expression)
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
  /// One line: what is wrong where, and what would be right.
  public var description: String {
    switch self {
    case .unbound(let symbol, let expression, let bound):
      let known = bound.isEmpty ? "nothing has" : "\(bound.joined(separator: ", ")) have"
      return "\(symbol) in \(expression) has no value; \(known) one"
    case .divisionByZero(let expression):
      return "\(expression) divides by zero"
    case .negativeRoot(let number, let expression):
      return "\(expression) is the root of a negative number, \(number)"
    case .fractionalExponent(let exponent, let expression):
      return "\(expression) has the exponent \(exponent); expected an integer, or sqrt for a root"
    case .tooLarge(let expression):
      return "\(expression) is too large to be written down"
    case .cycle(let names):
      let chain = names + names.prefix(1)
      return "the definitions go in a circle: \(chain.joined(separator: " needs "))"
    case .notANumber(let expression):
      return "\(expression) is true or false; expected a number"
    case .notAComparison(let expression):
      return "\(expression) is a number; expected a comparison with <, <=, >, >= or ="
    case .undecided(let expression):
      return "\(expression) cannot be decided: both sides agree in all digits that a root has"
    }
  }
}
