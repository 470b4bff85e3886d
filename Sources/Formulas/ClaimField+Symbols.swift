import Catalogue

extension ClaimField {
  /// Symbols and what they are replaced by.
  func definitions() throws(ClaimError) -> [String: Expression] {
    var definitions: [String: Expression] = [:]
    for (name, value) in try symbols() { definitions[name] = try value.expression() }
    return definitions
  }

  /// Symbols and their values.
  func inputs() throws(ClaimError) -> [String: Rational] {
    var inputs: [String: Rational] = [:]
    for (name, value) in try symbols() {
      inputs[name] = try value.input(StandardSymbol(rawValue: name))
    }
    return inputs
  }

  /// The value of a symbol. Those that are standard count something: a size is a positive integer.
  private func input(_ symbol: StandardSymbol?) throws(ClaimError) -> Rational {
    let value = try number()
    let found = try text().quoted
    guard value.magnitude <= Self.greatestInput else {
      throw error(found: found, expected: "a number of at most 10^18")
    }
    if let symbol, !value.isInteger || value <= 0 {
      throw error(
        found: found,
        expected: "a positive integer for \(symbol.rawValue), \(symbol.meaning)")
    }
    return value
  }

  /// More than anything that a model or a training run has of something: more tokens than were ever
  /// written. Sizes up to it fit into 64 bits.
  private static let greatestInput = Rational(10).power(18)

  private func symbols() throws(ClaimError) -> [(name: String, value: ClaimField)] {
    let pairs = try pairs("symbols and their values")
    for (name, value) in pairs {
      guard case .symbol? = try? Expression(parsing: name), name.trimmed == name else {
        throw value.error(found: name.quoted, expected: "a symbol: letters, digits and _")
      }
    }
    return pairs
  }
}
