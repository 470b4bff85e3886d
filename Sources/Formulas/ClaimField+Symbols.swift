import Catalogue

extension ClaimField {
  /// Symbols and what they are replaced by.
  func definitions() throws(ClaimError) -> [String: Expression] {
    var definitions: [String: Expression] = [:]
    for (name, value) in try symbols() { definitions[name] = try value.expression() }
    return definitions
  }

  /// Symbols and their values, those with a unit in its base unit.
  func inputs() throws(ClaimError) -> [String: Rational] {
    var inputs: [String: Rational] = [:]
    for (name, value) in try symbols() {
      inputs[name] = try value.input(StandardSymbol(rawValue: name))
    }
    return inputs
  }

  /// The units of those that have one.
  func inputUnits() throws(ClaimError) -> [String: Unit] {
    var units: [String: Unit] = [:]
    for (name, value) in try symbols() { units[name] = try value.amount()?.unit }
    return units
  }

  /// A number with its unit; nil if it is not one.
  private func amount() throws(ClaimError) -> (value: Rational, unit: Unit)? {
    let text = try text("a number")
    guard let printed = try? PrintedNumber(parsing: text), let unit = printed.unit,
      unit != .ratio, printed.upperEnd == nil, !printed.isHedged
    else { return nil }
    return (printed.value * unit.scale, unit)
  }

  /// The value of a symbol. Those that are standard count something: a size is a positive integer.
  private func input(_ symbol: StandardSymbol?) throws(ClaimError) -> Rational {
    let value: Rational
    if symbol == nil, let amount = try amount() {
      value = amount.value
    } else {
      value = try number()
    }
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

  func symbols(
    _ expected: String = "symbols and their values"
  ) throws(ClaimError) -> [(name: String, value: ClaimField)] {
    let pairs = try pairs(expected)
    for (name, value) in pairs {
      guard case .symbol? = try? Expression(parsing: name), name.trimmed == name else {
        throw value.error(found: name.quoted, expected: "a symbol: letters, digits and _")
      }
    }
    return pairs
  }
}
