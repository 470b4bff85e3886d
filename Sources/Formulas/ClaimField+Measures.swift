import Catalogue

extension ClaimField {
  /// What is measured.
  func measure(_ fields: [String: ClaimField]) throws(ClaimError) -> Claim.Measure {
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

  /// What is measured, in a run like any other.
  func measure() throws(ClaimError) -> Claim.Measure {
    try measure(fields(Claim.Measure.CodingKeys.allCases.map(\.rawValue)))
  }

  /// Several measurements by name.
  func measures() throws(ClaimError) -> [String: Claim.NamedMeasure] {
    let known = Claim.Measure.CodingKeys.allCases.map(\.rawValue) + Self.settingNames
    var measures: [String: Claim.NamedMeasure] = [:]
    for (name, value) in try symbols("names and what they measure") {
      guard StandardSymbol(rawValue: name) == nil else {
        throw value.error(found: "a measurement called \(name.quoted)", expected: "another name")
      }
      let fields = try value.fields(known)
      measures[name] = Claim.NamedMeasure(
        measure: try value.measure(fields), setting: try value.setting(fields))
    }
    return measures
  }

  /// What a statement could mean.
  func readings() throws(ClaimError) -> [Claim.Reading] {
    var readings: [Claim.Reading] = []
    for item in try items("a list of readings") {
      let fields = try item.fields(["name", "unit", "where"] + Self.settingNames)
      readings.append(
        Claim.Reading(
          name: try item.required("name", fields).sentence("a name"),
          setting: try item.setting(fields), unit: try fields["unit"]?.unit(),
          substitutions: try fields["where"]?.definitions() ?? [:]))
    }
    return readings
  }

  /// Options of a model.
  func shapeOptions() throws(ClaimError) -> Claim.ShapeOptions {
    let fields = try fields(["family", "tied", "biases"])
    return Claim.ShapeOptions(
      family: try fields["family"]?.choice(), tied: try fields["tied"]?.truth(),
      biases: try fields["biases"]?.truth())
  }

  /// Several formulas.
  func expressions() throws(ClaimError) -> [Expression] {
    var expressions: [Expression] = []
    for item in try items("a list of expressions") { expressions.append(try item.expression()) }
    return expressions
  }

  /// Several ids.
  func identifiers() throws(ClaimError) -> [String] {
    var ids: [String] = []
    for item in try items("a list of ids") { ids.append(try item.identifier()) }
    return ids
  }

  private static let settingNames = Claim.Setting.CodingKeys.allCases.map(\.rawValue)

  private func setting(_ fields: [String: ClaimField]) throws(ClaimError) -> Claim.Setting {
    Claim.Setting(
      recipe: try fields["recipe"]?.recipe() ?? [:], model: try fields["model"]?.preset(),
      shape: try fields["shape"]?.shapeOptions() ?? Claim.ShapeOptions(),
      sizes: try fields["at"]?.sizes() ?? [:])
  }

  private func sizes() throws(ClaimError) -> [String: Expression] {
    let known = Claim.Setting.symbols.map(\.rawValue)
    var sizes: [String: Expression] = [:]
    for (name, value) in try symbols("sizes of a run") {
      guard known.contains(name) else {
        throw value.error(
          found: "\(name.quoted), which is not a size of a run",
          expected: "one of \(known.joined(separator: ", "))")
      }
      sizes[name] = try value.expression()
    }
    return sizes
  }
}
