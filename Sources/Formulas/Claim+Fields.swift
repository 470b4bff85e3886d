import Catalogue

extension Claim {
  /// The fields of a claim in YAML.
  static let fieldNames = [
    "id", "section", "statement", "quantity", "kind", "unit", "expression", "terms", "where",
    "inputs", "model", "shape", "claimed", "measure", "measures", "measured", "readings", "parts",
    "restates", "conventions", "recipe", "approximate", "tolerance", "regime", "notMeasurable",
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
      inputUnits: try fields["inputs"]?.inputUnits() ?? [:],
      model: try fields["model"]?.preset(),
      shape: try fields["shape"]?.shapeOptions() ?? ShapeOptions(),
      claimed: try fields["claimed"]?.printedNumber(),
      measure: try fields["measure"]?.measure(),
      measures: try fields["measures"]?.measures() ?? [:],
      measured: try fields["measured"]?.expression(),
      readings: try fields["readings"]?.readings() ?? [],
      parts: try fields["parts"]?.expressions() ?? [],
      restates: try fields["restates"]?.identifiers() ?? [],
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
}
