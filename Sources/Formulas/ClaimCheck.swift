/// Checks what the fields of a claim say together.
struct ClaimCheck {
  let claim: Claim
  let whole: ClaimField
  let fields: [String: ClaimField]

  func run() throws(ClaimError) {
    try checkUnits()
    try checkSymbols()
    try checkSubstitutions()
    try checkTerms()
    try checkArithmetic()
    try checkPurpose()
  }

  /// Where a field stands, or the claim if it does not have it.
  private func field(_ name: String) -> ClaimField { fields[name] ?? whole }

  private func checkUnits() throws(ClaimError) {
    guard let unit = claim.unit else {
      let isNumber = claim.expression.map { !$0.isComparison } ?? (claim.claimed != nil)
      if isNumber { _ = try whole.required("unit", fields) }
      return
    }
    if let claimed = claim.claimed, claimed.unit?.isCompatible(with: unit) == false {
      throw field("claimed").error(
        found: claimed.text,
        expected: "a unit that converts to \(unit), the unit of the expression")
    }
    if let measured = claim.measure?.unit, !measured.isCompatible(with: unit) {
      throw field("measure").error(
        found: "a measurement in \(measured)",
        expected: "one that converts to \(unit), the unit of the expression")
    }
  }

  private func checkSymbols() throws(ClaimError) {
    var used: [(String, Expression)] = []
    if let expression = claim.expression { used.append(("expression", expression)) }
    used += claim.terms.map { ("terms", $0.term) }
    used += claim.substitutions.sorted { $0.key < $1.key }.map { ("where", $0.value) }
    if let regime = claim.regime { used.append(("regime", regime)) }
    let standard = StandardSymbol.allCases.map(\.rawValue)
    let known = Set(standard).union(claim.inputs.keys).union(claim.substitutions.keys)
    for (name, expression) in used {
      guard let unknown = expression.symbols.subtracting(known).min() else { continue }
      throw field(name).error(
        found: "the unknown symbol \(unknown)",
        expected: unknown.nearest(in: known)
          ?? "\(standard.joined(separator: " ")), or a symbol that inputs or where define")
    }
  }

  private func checkSubstitutions() throws(ClaimError) {
    for (name, definition) in claim.substitutions.sorted(by: { $0.key < $1.key }) {
      guard definition.reachableSymbols(where: claim.substitutions).contains(name) else { continue }
      throw field("where").error(
        found: "\(name): \(definition), which needs \(name) itself",
        expected: "definitions that do not go in a circle")
    }
  }

  private func checkTerms() throws(ClaimError) {
    guard !claim.terms.isEmpty else { return }
    guard let expression = claim.expression else {
      throw field("terms").error(found: "terms", expected: "an expression that is their sum")
    }
    var (sum, total) = (Polynomial(), Polynomial())
    do throws(PolynomialError) {
      total = try Polynomial(expression, where: claim.substitutions)
      for term in claim.terms {
        sum = sum + (try Polynomial(term.term, where: claim.substitutions))
      }
    } catch {
      throw field("terms").error(
        found: "\(error)", expected: "terms and an expression that can be multiplied out")
    }
    guard sum != total else { return }
    throw field("terms").error(
      found: "the sum \(sum); the expression minus the sum is \(total - sum)",
      expected: "terms whose sum is \(expression)")
  }

  /// What fails at the claim's own inputs is a fault, unless it is a symbol without a value.
  private func checkArithmetic() throws(ClaimError) {
    do throws(EvaluationError) {
      _ = try claim.arithmetic
    } catch {
      throw field("expression").error(found: "\(error)", expected: "an expression with a value")
    }
  }

  private func checkPurpose() throws(ClaimError) {
    guard claim.measure == nil, claim.notMeasurable == nil else { return }
    let isModelGiven = claim.model != nil
    let isClosed = claim.openSymbols.isEmpty || isModelGiven
    let isComparison = claim.expression?.isComparison ?? false
    if claim.expression != nil, isClosed, isComparison || claim.claimed != nil { return }
    throw whole.error(
      found: "nothing that the claim could be held to",
      expected: "measure, or notMeasurable with a reason, or expression, inputs and claimed")
  }
}
