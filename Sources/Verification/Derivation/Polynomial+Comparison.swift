import Formulas

extension Polynomial {
  /// The condition that this is no less than the other, for positive sizes, without what the two
  /// have in common.
  func isAtLeast(_ other: Polynomial) -> Expression {
    let difference = (self - other).withoutCommonFactor
    let gain = difference.coefficients.filter { $0.value > 0 }
    let loss = difference.coefficients.filter { $0.value < 0 }
    return .comparison(
      .greaterOrEqual, Expression(Polynomial(gain)), Expression(-Polynomial(loss)))
  }

  /// Divided by what divides every term.
  private var withoutCommonFactor: Polynomial {
    let monomials = Array(coefficients.keys)
    let symbols = Set(monomials.flatMap(\.exponents.keys))
    let lowest = Dictionary(
      uniqueKeysWithValues: symbols.map { symbol in
        (symbol, monomials.map { $0[symbol] }.min() ?? 0)
      })
    let least = coefficients.values.map(\.magnitude).min() ?? 1
    let isMultiple = coefficients.values.allSatisfy { ($0 / least).isInteger }
    let factor = Polynomial([Monomial(lowest).power(-1): isMultiple ? 1 / least : 1])
    return self * factor
  }
}
