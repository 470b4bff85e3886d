import Catalogue

/// There is something that the claim can be held to: a run, its own arithmetic, or a reason why not.
extension ClaimCheck {
  func checkPurpose() throws(ClaimError) {
    if claim.notMeasurable != nil { return }
    if claim.isMeasured {
      try checkMeasurement()
    } else {
      try checkExample()
    }
  }

  private func checkMeasurement() throws(ClaimError) {
    guard claim.expression != nil || claim.claimed != nil else {
      throw field("measure").error(
        found: "a measurement, and nothing to hold to it", expected: "expression or claimed")
    }
    if let expression = claim.expression, expression.isComparison, claim.measures.isEmpty {
      throw field("expression").error(
        found: expression.quoted,
        expected: "a number, for there is a measurement to compare it with")
    }
    guard claim.expression != nil || claim.model != nil || claim.inputs["h"] != nil else {
      throw field("claimed").error(
        found: "a number without the model that has it", expected: "model, or inputs with h")
    }
    let regime = claim.regime?.freeSymbols(where: claim.substitutions) ?? []
    let measured = claim.measured?.freeSymbols(where: claim.substitutions) ?? []
    let open = claim.openSymbols.union(regime).union(measured)
      .subtracting(claim.inputs.keys).subtracting(claim.measures.keys)
      .subtracting(claim.readings.flatMap(\.substitutions.keys))
    let unknown = open.filter { StandardSymbol(rawValue: $0)?.isOfRun != true }
    if let symbol = unknown.min() {
      throw field("expression").error(
        found: "\(symbol.quoted), which no run has", expected: "inputs: { \(symbol.quoted): … }")
    }
  }

  private func checkExample() throws(ClaimError) {
    let isComparison = claim.expression?.isComparison ?? false
    guard claim.expression != nil, isComparison || claim.claimed != nil else { throw nothing }
    // A model supplies the symbols of its shape, a batch of one and its full length.
    let open = claim.openSymbols.filter { StandardSymbol(rawValue: $0)?.isSizeOfRun != true }
    let derived = open.subtracting(["f", "g", "d"])
    guard claim.openSymbols.isEmpty || claim.model != nil && derived.isEmpty else { throw nothing }
  }

  private var nothing: ClaimError {
    whole.error(
      found: "nothing that the claim could be held to",
      expected: "measure, or notMeasurable with a reason, or expression, inputs and claimed")
  }
}
