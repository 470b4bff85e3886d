import Catalogue

/// Every symbol has a meaning, and only one; and every one that is given is needed.
extension ClaimCheck {
  func checkSymbols() throws(ClaimError) {
    let standard = StandardSymbol.allCases.map(\.rawValue)
    let known = Set(standard).union(claim.inputs.keys).union(claim.substitutions.keys)
      .union(claim.measures.keys).union(claim.readings.flatMap(\.substitutions.keys))
    for (name, expression) in expressions + definitions.map({ ("where", $0.value) }) {
      guard let unknown = expression.symbols.subtracting(known).min() else { continue }
      throw field(name).error(
        found: "the unknown symbol \(unknown.quoted)",
        expected: unknown.nearest(in: known)
          ?? "\(standard.joined(separator: " ")), or a symbol that inputs or where define")
    }
  }

  func checkSubstitutions() throws(ClaimError) {
    let used = used
    for (name, definition) in definitions {
      let found = "\(name): \(definition)".quoted
      if definition.reachableSymbols(where: claim.substitutions).contains(name) {
        throw entry("where", name).error(
          found: "\(found), which needs \(name.quoted) itself",
          expected: "definitions that do not go in a circle")
      }
      if claim.inputs[name] != nil {
        throw entry("where", name).error(
          found: "\(found), besides a value in inputs", expected: "one of the two")
      }
      if let symbol = StandardSymbol(rawValue: name) {
        // Not used is all right: a source may say f = 4h, and write its formula in h.
        try checkMeaning(of: symbol, definition, found)
      } else if !used.contains(name) {
        throw unused("where", name)
      }
    }
  }

  /// A source may say what f or P is made of. The sizes that a run has are not its to define, and
  /// a bare number would silently stand for the size of every model.
  private func checkMeaning(
    of symbol: StandardSymbol, _ definition: Expression, _ found: String
  ) throws(ClaimError) {
    guard symbol.isSizeOfRun || definition.symbols.isEmpty else { return }
    let name = symbol.rawValue
    let isNumber = definition.symbols.isEmpty
    throw entry("where", name).error(
      found: "\(found), where \(name) stands for the \(symbol.meaning)",
      expected: isNumber
        ? "inputs: { \(found) }, or another name" : "another name, such as \(name)_1")
  }

  func checkInputs() throws(ClaimError) {
    let used = used
    for name in claim.inputs.keys.sorted() {
      guard StandardSymbol(rawValue: name) != nil || used.contains(name) else {
        throw unused("inputs", name)
      }
    }
  }

  /// What is computed, with the names of the fields.
  private var expressions: [(field: String, Expression)] {
    (claim.expression.map { [("expression", $0)] } ?? [])
      + claim.terms.map { ("terms", $0.term) } + (claim.regime.map { [("regime", $0)] } ?? [])
      + (claim.measured.map { [("measured", $0)] } ?? []) + claim.parts.map { ("parts", $0) }
      + claim.measures.values.flatMap(\.setting.sizes.values).map { ("measures", $0) }
  }

  private var definitions: [(key: String, value: Expression)] {
    claim.substitutions.sorted { $0.key < $1.key }
  }

  /// The symbols that some value depends on.
  private var used: Set<String> {
    expressions.reduce(into: []) {
      $0.formUnion($1.1.reachableSymbols(where: claim.substitutions))
    }
  }

  private func unused(_ list: String, _ name: String) -> ClaimError {
    let near = name.nearest(in: used.union(StandardSymbol.allCases.map(\.rawValue)))
    return entry(list, name).error(
      found: "\(name.quoted), which nothing in the claim uses",
      expected: near ?? "symbols that the expression, a term or the regime has")
  }

  /// An entry of a list of symbols, or the list.
  private func entry(_ list: String, _ name: String) -> ClaimField {
    let whole = field(list)
    let entry = try? whole.pairs("").first { $0.name == name }
    return entry?.value ?? whole
  }
}
