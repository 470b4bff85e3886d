import Catalogue
import Formulas

/// Finds the formula of a single kind of tensor: a coefficient and a product of sizes that give its
/// amount at every probe.
struct MonomialFit {
  /// The products that tensors and matrix products of a transformer come in, simplest first. For
  /// claims that do not speak of f every probe has f = 4·h, and the feed-forward width is written as
  /// h.
  private static let candidates: [Monomial] = [
    [:], ["h": 1], ["h": 2], ["V": 1, "h": 1], ["T": 1, "h": 1], ["b": 1, "s": 1],
    ["b": 1, "s": 1, "h": 1], ["a": 1, "b": 1, "s": 2], ["a": 1, "b": 1, "s": 1],
    ["b": 1, "s": 1, "V": 1], ["b": 1, "s": 1, "h": 2], ["b": 1, "s": 2, "h": 1],
    ["b": 1, "s": 1, "h": 1, "V": 1], ["f": 1], ["h": 1, "f": 1], ["b": 1, "s": 1, "f": 1],
    ["b": 1, "s": 1, "h": 1, "f": 1],
  ].map(Monomial.init)

  /// The formula of a part, from its amounts at the cases; nil if none of the products fits.
  ///
  /// - Parameter perLayer: whether there is one such part in each block, and all count.
  static func formula(_ amounts: [(symbols: [String: Int], amount: Int)], perLayer: Bool)
    -> Polynomial?
  {
    for candidate in candidates {
      let exponents = perLayer ? candidate.exponents.merging(["l": 1]) { $1 } : candidate.exponents
      let ratios = amounts.map { case_ in
        Rational(case_.amount)
          / exponents.reduce(Rational(1)) { product, factor in
            product * Rational(case_.symbols[factor.key] ?? 1).power(factor.value)
          }
      }
      if let first = ratios.first, ratios.allSatisfy({ $0 == first }) {
        return Polynomial([Monomial(exponents): first])
      }
    }
    return nil
  }
}
