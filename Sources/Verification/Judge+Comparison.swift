import Catalogue
import Formulas

/// A claim at one case.
extension Judge {
  mutating func comparison(
    _ claim: Claim, _ case_: Case, _ reading: Reading
  ) throws -> Comparison {
    var bindings = case_.bindings
    bindings["P"] = Rational(runs.parameters(case_.shape))
    // What a run trains on, where the source does not say.
    if claim.inputs["D"] == nil { bindings["D"] = Rational(case_.batch * case_.sequence) }
    var selection: Selection?
    for (name, measure) in claim.allMeasures {
      let measured = try self.measured(measure, claim, case_, reading, bindings)
      selection = claim.measure == nil ? nil : measured
      if !name.isEmpty { bindings[name] = Rational(measured.total) }
    }
    let values = try sides(claim, selection, bindings, case_)
    return Comparison(
      case_: case_, reading: reading, computed: values.computed, measured: values.measured,
      holds: values.holds, selection: selection, bindings: bindings, isReal: case_.isReal)
  }

  private mutating func measured(
    _ named: Claim.NamedMeasure, _ claim: Claim, _ case_: Case, _ reading: Reading,
    _ bindings: [String: Rational]
  ) throws -> Selection {
    let setting = named.setting
    let values = claim.inputs.merging(bindings) { $1 }
    var sizes: [String: Int] = [:]
    for (name, expression) in setting.sizes {
      let size = try expression.evaluated(at: values, where: claim.substitutions).value
      guard let integer = size.integer else {
        throw InputError(
          "at", field: name, found: "\(size.readable)", expected: "a positive integer")
      }
      sizes[name] = integer
    }
    let place = try case_.changed(by: setting, sizes)
    let options = claim.recipe.merging(reading.setting.recipe) { $1 }.merging(setting.recipe) { $1 }
    return try runs.selection(named.measure, place, reading, options)
  }

  /// What the claim says, and what the run gives, in the claim's unit; the two sides of an
  /// inequality, in base units, and whether it holds.
  private func sides(
    _ claim: Claim, _ selection: Selection?, _ bindings: [String: Rational], _ case_: Case
  ) throws -> (computed: Rational?, measured: Rational, holds: Bool?) {
    do {
      if claim.isInequality, case .comparison(_, let left, let right) = claim.expression {
        let values = claim.inputs.merging(bindings) { $1 }
        func value(_ side: Formulas.Expression) throws -> Rational {
          try side.evaluated(at: values, where: claim.substitutions).value
        }
        return (try value(left), try value(right), try claim.isTrue(bindings))
      }
      let computed = try claim.computed(bindings)?.value
      guard let selection, let measure = claim.measure else {
        let measured = try claim.measuredValue(bindings)
        return (computed, measured / (claim.unit?.scale ?? 1), nil)
      }
      let factor = try measure.unit.factor(to: claim.unit ?? measure.unit)
      return (computed, Rational(selection.total) * factor, nil)
    } catch let error as EvaluationError {
      let free = claim.expression?.freeSymbols(where: claim.substitutions) ?? []
      let sizes = free.sorted().compactMap { name in case_.symbols[name].map { "\(name) = \($0)" } }
      let place = sizes.isEmpty ? "" : ", where \(sizes.joined(separator: ", "))"
      throw InputError("expression", found: "\(error)\(place)", expected: error.expected)
    }
  }
}

extension Comparison {
  /// The residual relative to the measurement.
  var relativeError: Rational {
    guard let residual, measured != 0 else { return 0 }
    return residual.magnitude / measured.magnitude
  }
}

extension Case {
  /// The sizes as values of symbols.
  var bindings: [String: Rational] { symbols.mapValues { Rational($0) } }
}
