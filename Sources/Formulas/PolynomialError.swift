import Catalogue

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
  /// Multiplied out, it has more terms than any formula.
  case tooManyTerms(Expression)
  /// Multiplied out, it has longer coefficients or higher exponents than any formula.
  case tooLarge(Expression)
  /// The definitions need one another in too long a chain.
  case tooDeep
}

extension PolynomialError: CustomStringConvertible {
  /// One line: which part is no polynomial, and why.
  public var description: String {
    switch self {
    case .function(let call):
      return "\(call.quoted) is a function, not a polynomial"
    case .comparison(let comparison):
      return "\(comparison.quoted) is true or false, not a polynomial"
    case .divisionBySum(let divisor, let whole):
      return "\(whole.quoted) divides by \(divisor.quoted), which is not a single term"
    case .exponent(let exponent, let whole):
      return "\(whole.quoted) has the exponent \(exponent.quoted), not an integer from -16 to 16"
    case .cycle(let names):
      return EvaluationError.cycle(names).description
    case .tooManyTerms(let whole):
      return
        "\(whole.quoted) has too many terms; at most \(Expansion.greatestTerms) are multiplied out"
    case .tooLarge(let whole):
      return "\(whole.quoted) has exponents above \(Expansion.greatestExponent), "
        + "or coefficients of more than 1200 digits"
    case .tooDeep:
      return EvaluationError.tooDeep.description
    }
  }
}
