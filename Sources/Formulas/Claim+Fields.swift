import Catalogue

extension Claim {
  /// The fields of a claim in YAML.
  static let fieldNames = [
    "id", "section", "statement", "quantity", "kind", "unit", "expression", "terms", "where",
    "inputs", "model", "claimed", "measure", "conventions", "recipe", "approximate", "tolerance",
    "regime", "notMeasurable",
  ]

  /// Reads a claim from its fields; what they say together is not checked.
  init(id: String, _ whole: ClaimField, _ fields: [String: ClaimField]) throws(ClaimError) {
    self.init(
      id: id,
      section: try fields["section"]?.sentence(),
      statement: try whole.required("statement", fields).sentence("a sentence"),
      quantity: try whole.required("quantity", fields).choice(),
      kind: try whole.required("kind", fields).choice(),
      unit: try fields["unit"]?.unit(),
      expression: try fields["expression"]?.expression(),
      terms: try fields["terms"]?.terms() ?? [],
      substitutions: try fields["where"]?.definitions() ?? [:],
      inputs: try fields["inputs"]?.inputs() ?? [:],
      model: try fields["model"]?.preset(),
      claimed: try fields["claimed"]?.printedNumber(),
      measure: try fields["measure"]?.measure(),
      conventions: try fields["conventions"]?.conventions() ?? [],
      recipe: try fields["recipe"]?.recipe() ?? [:],
      isApproximate: try fields["approximate"]?.truth() ?? false,
      tolerance: try fields["tolerance"]?.proportion(),
      regime: try fields["regime"]?.comparison(),
      notMeasurable: try fields["notMeasurable"]?.sentence("a reason"))
  }
}

extension ClaimField {
  fileprivate func terms() throws(ClaimError) -> [Claim.Term] {
    var terms: [Claim.Term] = []
    for item in try items("a list of terms") {
      let fields = try item.fields(["term", "covers"])
      let term = try item.required("term", fields).expression()
      var roles: [TensorRole] = []
      for role in try fields["covers"]?.items("a list of roles") ?? [] {
        roles.append(try role.choice())
      }
      terms.append(Claim.Term(term: term, covers: roles))
    }
    return terms
  }

  fileprivate func measure() throws(ClaimError) -> Claim.Measure {
    let fields = try fields(Claim.Measure.CodingKeys.allCases.map(\.rawValue))
    let unitField = try required("in", fields)
    let unit = try unitField.unit()
    guard [.parameter, .element, .byte, .flop].contains(unit) else {
      throw unitField.error(found: "\(unit)", expected: "parameter, element, byte or FLOP")
    }
    return Claim.Measure(
      quantity: try required("quantity", fields).choice(),
      scope: try required("scope", fields).choice(),
      roles: try fields["roles"]?.rolePatterns(), unit: unit)
  }
}
