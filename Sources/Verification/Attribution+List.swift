import Catalogue
import Formulas

extension Attribution {
  /// Where a formula and a measurement part: terms that give another amount than the tensors that
  /// they cover, and tensors that no term covers. A claim without terms says nothing of its parts:
  /// then these are all tensors, each with its formula.
  static func list(_ claim: Claim, _ comparison: Comparison, _ fits: PartFormulas) throws
    -> [Attribution]
  {
    let unit = claim.unit ?? claim.measure?.unit ?? .ratio
    let factor = try claim.measure?.unit.factor(to: unit) ?? 1
    guard comparison.selection != nil else { return [] }
    let parts = (comparison.selection?.amounts ?? [:]).sorted { $0.key < $1.key }
    let terms = try claim.terms.compactMap { term -> Attribution? in
      let covered = parts.filter { term.covers.contains($0.key.role) }
      let measured = Rational(covered.reduce(0) { $0 + $1.value }) * factor
      let claimed = try claim.computed(term, comparison.bindings).value
      guard claimed != measured, !term.covers.isEmpty else { return nil }
      return Attribution(
        term: term.term.typographic, role: term.covers.map(\.rawValue).joined(separator: ", "),
        claimed: Number(claimed), measured: Number(measured),
        formula: fits.sum(of: covered.map(\.key))?.typographic)
    }
    let forgotten = parts.filter { claim.terms(covering: $0.key.role).isEmpty }
    return terms
      + forgotten.map { part, amount in
        let formula = fits[part]?.typographic
        return Attribution(
          term: formula ?? "no single product", role: part.name, claimed: Number(0),
          measured: Number(Rational(amount) * factor), formula: formula)
      }
  }
}

extension Selection.Part {
  /// The role, with the place where the role alone does not tell.
  fileprivate var name: String {
    let area = place.split(separator: ".").last.map(String.init) ?? ""
    return role.rawValue.hasPrefix(area + ".") ? role.rawValue : "\(area): \(role.rawValue)"
  }
}
