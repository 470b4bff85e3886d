import Formulas

/// What each part of a measurement amounts to, as a formula.
struct PartFormulas: Sendable {
  private var formulas: [Selection.Part: Polynomial] = [:]
  private var isComplete = false

  /// None: for claims that need no correction.
  init() {}

  /// From the amounts at several cases.
  init(_ comparisons: [Comparison], scope: Claim.Scope) {
    guard let parts = comparisons.first?.selection?.amounts.keys else { return }
    let isPerLayer = scope == .model || scope == .blocks
    for part in parts {
      let amounts = comparisons.map {
        (symbols: $0.case_.symbols, amount: $0.selection?.amounts[part] ?? 0)
      }
      formulas[part] = MonomialFit.formula(
        amounts, perLayer: isPerLayer && part.place.hasPrefix("block"))
    }
    isComplete = formulas.count == parts.count
  }

  /// The formula of a part; nil if none was found.
  subscript(part: Selection.Part) -> Polynomial? { formulas[part] }

  /// The formula of several parts together; nil if one of them has none.
  func sum(of parts: [Selection.Part]) -> Polynomial? {
    let found = parts.compactMap { formulas[$0] }
    return found.count == parts.count ? found.reduce(Polynomial(), +) : nil
  }

  /// The formula of all parts together; nil if one of them has none.
  var sum: Polynomial? {
    isComplete && !formulas.isEmpty ? formulas.values.reduce(Polynomial(), +) : nil
  }
}
