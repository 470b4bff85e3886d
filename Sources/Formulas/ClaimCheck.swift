import Catalogue

/// Checks what the fields of a claim say together.
struct ClaimCheck {
  let claim: Claim
  let whole: ClaimField
  let fields: [String: ClaimField]

  func run() throws(ClaimError) {
    try checkUnits()
    try checkSymbols()
    try checkSubstitutions()
    try checkInputs()
    try checkTerms()
    try checkArithmetic()
    try checkMeasures()
    try checkPurpose()
  }

  /// Where a field stands, or the claim if it does not have it.
  func field(_ name: String) -> ClaimField { fields[name] ?? whole }

  private func checkUnits() throws(ClaimError) {
    guard let unit = claim.unit else {
      let isNumber = claim.expression.map { !$0.isComparison } ?? (claim.claimed != nil)
      if isNumber { _ = try whole.required("unit", fields) }
      return
    }
    if let claimed = claim.claimed, claimed.unit?.isCompatible(with: unit) == false {
      throw field("claimed").error(
        found: claimed.text.quoted,
        expected: "a unit that converts to \(unit), the unit of the expression")
    }
    if let measured = claim.measure?.unit, !measured.isCompatible(with: unit) {
      throw field("measure").error(
        found: "a measurement in \(measured)",
        expected: "one that converts to \(unit), the unit of the expression")
    }
  }

  private func checkTerms() throws(ClaimError) {
    guard !claim.terms.isEmpty else { return }
    guard let expression = claim.expression else {
      throw field("terms").error(found: "terms", expected: "an expression that is their sum")
    }
    var (sum, total) = (Polynomial(), Polynomial())
    do throws(PolynomialError) {
      var expansion = Expansion(definitions: claim.substitutions)
      total = try expansion.polynomial(of: expression)
      for term in claim.terms {
        sum = sum + (try expansion.polynomial(of: term.term))
      }
    } catch {
      throw field("terms").error(
        found: "\(error)", expected: "terms and an expression that can be multiplied out")
    }
    guard sum != total else { return }
    throw field("terms").error(
      found: "the sum \(sum.description.quoted); the expression minus the sum is "
        + (total - sum).description.quoted,
      expected: "terms whose sum is \(expression.quoted)")
  }

  /// What fails at the claim's own inputs is a fault, unless it is a symbol without a value.
  private func checkArithmetic() throws(ClaimError) {
    do throws(EvaluationError) {
      _ = try claim.arithmetic
    } catch {
      throw field("expression").error(found: "\(error)", expected: error.expected)
    }
  }
}
