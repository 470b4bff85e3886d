import Catalogue

extension Claim {
  /// The fields of a claim in YAML.
  static let fieldNames = [
    "id", "section", "statement", "quantity", "kind", "unit", "expression", "terms", "where",
    "inputs", "model", "claimed", "measure", "conventions", "recipe", "approximate", "tolerance",
    "regime", "notMeasurable",
  ]

  /// The options of a recipe and of a parallel layout, as on the command line.
  fileprivate static let recipeOptions = [
    "batch", "sequence", "precision", "optimizer", "attention", "recompute", "dropout",
    "accumulate", "convention", "data", "tensor", "pipeline", "virtual", "sequence-parallel",
    "zero", "microbatch",
  ]

  /// Reads a claim from its fields; what they say together is not checked.
  init(id: String, _ whole: ClaimField, _ fields: [String: ClaimField]) throws(ClaimError) {
    self.init(
      id: id,
      section: try fields["section"]?.text(),
      statement: try whole.required("statement", fields).text("a sentence"),
      quantity: try whole.required("quantity", fields).choice(),
      kind: try whole.required("kind", fields).choice(),
      unit: try fields["unit"]?.unit(),
      expression: try fields["expression"]?.expression(),
      terms: try fields["terms"]?.terms() ?? [],
      substitutions: try fields["where"]?.expressions() ?? [:],
      inputs: try fields["inputs"]?.numbers() ?? [:],
      model: try fields["model"]?.text(),
      claimed: try fields["claimed"]?.printedNumber(),
      measure: try fields["measure"]?.measure(),
      conventions: try fields["conventions"]?.conventions() ?? [],
      recipe: try fields["recipe"]?.recipe() ?? [:],
      isApproximate: try fields["approximate"]?.truth() ?? false,
      tolerance: try fields["tolerance"]?.proportion(),
      regime: try fields["regime"]?.comparison(),
      notMeasurable: try fields["notMeasurable"]?.text("a reason"))
  }
}

extension ClaimField {
  /// Symbols and what they are replaced by.
  fileprivate func expressions() throws(ClaimError) -> [String: Expression] {
    var expressions: [String: Expression] = [:]
    for (name, value) in try symbols() { expressions[name] = try value.expression() }
    return expressions
  }

  /// Symbols and their values.
  fileprivate func numbers() throws(ClaimError) -> [String: Rational] {
    var numbers: [String: Rational] = [:]
    for (name, value) in try symbols() { numbers[name] = try value.number() }
    return numbers
  }

  private func symbols() throws(ClaimError) -> [(name: String, value: ClaimField)] {
    let pairs = try pairs("symbols and their values")
    for (name, value) in pairs {
      guard case .symbol? = try? Expression(parsing: name) else {
        throw value.error(found: name, expected: "a symbol: letters, digits and _")
      }
    }
    return pairs
  }

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

  fileprivate func recipe() throws(ClaimError) -> [String: String] {
    var recipe: [String: String] = [:]
    for (name, value) in try fields(Claim.recipeOptions) { recipe[name] = try value.text() }
    return recipe
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
