import Formulas

/// Amounts that no polynomial in the sizes gives, with a run that shows it.
public struct NoPolynomial: Error {
  /// What has these amounts.
  let part: String
  /// The sizes of the run, by symbol.
  let symbols: [String: Int]
  /// What the run has.
  let measured: Int
  /// What the formula gives that the other runs agree on; nil if they agree on none.
  let formula: Rational?

  init(of part: String, at case_: Case, measured: Int, formula: Rational? = nil) {
    self.part = part
    symbols = case_.symbols
    self.measured = measured
    self.formula = formula
  }
}

extension NoPolynomial: CustomStringConvertible {
  /// One line: what, where, and what was found there.
  public var description: String {
    let gives = formula.map { ", where the formula of smaller runs gives \($0.readable)" } ?? ""
    return "no polynomial in the sizes gives \(part): a run with \(symbols.listed) has "
      + "\(Rational(measured).readable)\(gives)"
  }
}

extension [String: Int] {
  /// The sizes in the order of the standard symbols: `l = 2, b = 4`.
  public var listed: String {
    StandardSymbol.allCases.compactMap { symbol in
      self[symbol.rawValue].map { "\(symbol.rawValue) = \($0)" }
    }.joined(separator: ", ")
  }
}
