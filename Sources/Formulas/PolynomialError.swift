/// Why an expression is not a polynomial, with the part of it that is to blame.
public enum PolynomialError: Error, Hashable, Sendable {
  /// A root, a rounding, a minimum or a maximum.
  case function(Expression)
  /// A comparison, not a number.
  case comparison(Expression)
  /// The divisor is zero, or a sum that cannot be divided out term by term.
  case divisionBySum(Expression, in: Expression)
  /// The exponent is not a constant integer between -16 and 16.
  case exponent(Expression, in: Expression)
  /// The definition of each symbol needs the next one, and that of the last needs the first.
  case cycle([String])
}

extension PolynomialError: CustomStringConvertible {
  /// One line: which part is no polynomial, and why.
  public var description: String {
    switch self {
    case .function(let call):
      return "\(call) is a function, not a polynomial"
    case .comparison(let comparison):
      return "\(comparison) is true or false, not a polynomial"
    case .divisionBySum(let divisor, let whole):
      return "\(whole) divides by \(divisor), which is not a single term"
    case .exponent(let exponent, let whole):
      return "\(whole) has the exponent \(exponent); expected an integer from -16 to 16"
    case .cycle(let names):
      return EvaluationError.cycle(names).description
    }
  }
}
