import Formulas

/// One of the ways in which a claim is judged, with the reason.
public struct Aspect: Codable, Sendable, Equatable {
  /// The outcome.
  public let result: Result
  /// In a sentence.
  public let because: String

  /// The outcomes.
  public enum Result: String, Codable, Sendable {
    /// It holds.
    case holds
    /// It does not.
    case fails
    /// There is nothing to hold it to.
    case none
  }
}

/// What is known of a claim before a run is asked.
struct Aspects {
  /// Document and section.
  let source: String
  /// The title of the document.
  let document: String
  let arithmetic: Aspect
  let consistency: Aspect
  /// What the formula gives for the claim's own inputs.
  let computed: Rational?
}

extension Aspect {
  /// Whether the printed number follows from the formula and the claim's own inputs, in one of the
  /// units that the printed one may stand for.
  static func arithmetic(
    of claim: Claim, at model: [String: Rational]
  ) throws(EvaluationError) -> Aspect {
    let readings = claim.readings.isEmpty ? [claim] : claim.readings.map(claim.read)
    var slip: ComputedValue?
    for reading in readings {
      switch try reading.arithmetic(model: model) {
      case .noArithmetic:
        return Aspect(
          result: .none, because: "It prints no number that follows from one of its formulas.")
      case .holds:
        let gives = try claim.computed(model: model)?.value.readable(in: claim.unit)
        let printed = claim.claimed.map { "; it prints \($0.text)" } ?? ""
        return Aspect(result: .holds, because: "Its formula gives \(gives ?? "")\(printed).")
      case .slip(let computed): slip = computed
      }
    }
    let gives = slip?.value.readable(in: claim.unit) ?? ""
    if claim.isInequality, case .comparison(_, _, let right) = claim.expression {
      let values = claim.inputs.merging(model) { input, _ in input }
      let other = try right.evaluated(at: values, where: claim.substitutions).value
      return Aspect(
        result: .fails,
        because: "It does not hold at its own numbers: \(gives) against "
          + "\(other.readable(in: claim.unit)).")
    }
    let printed = claim.claimed.map { "prints \($0.text)" } ?? ""
    return Aspect(
      result: .fails,
      because: "The source \(printed); its formula gives \(gives)"
        + (slip.map { binaryReading(claim, $0.value) } ?? "") + ".")
  }

  /// Whether a printed number would hold in the binary unit of the same letter.
  private static func binaryReading(_ claim: Claim, _ computed: Rational) -> String {
    guard let claimed = claim.claimed, let unit = claim.unit, let printed = claimed.unit,
      let binary = try? Unit(parsing: printed.symbol.replacing("B", with: "iB")),
      let factor = try? unit.factor(to: binary), claimed.admits(computed * factor)
    else { return "" }
    return ", which is \(claimed.value.readable) \(binary.symbol)"
  }

  /// Whether the formula is the sum of the parts that the source lists, and what it says elsewhere.
  static func consistency(
    of claim: Claim, in catalogue: ClaimCatalogue, at model: [String: Rational]
  ) -> Aspect {
    var agreements: [String] = []
    if let parts = claim.asSumOfParts {
      guard claim.agrees(with: parts, at: model) else {
        let sum = (try? Polynomial(parts.expression ?? .number(0), where: claim.substitutions))
        return Aspect(
          result: .fails,
          because: "The parts that it lists add up to \(sum?.typographic ?? "something else"), "
            + "not \(claim.expression?.typographic ?? "its number").")
      }
      agreements.append("is the sum of the parts that it lists")
    }
    for id in claim.restates {
      guard let other = catalogue[id] else { continue }
      guard claim.agrees(with: other, at: model) else {
        return Aspect(
          result: .fails,
          because: "\(id) says \(other.expression?.typographic ?? other.claimed?.text ?? "other").")
      }
      agreements.append("agrees with \(id)")
    }
    guard !agreements.isEmpty else {
      return Aspect(result: .none, because: "It lists no parts, and says it nowhere else.")
    }
    return Aspect(result: .holds, because: "It \(agreements.joined(separator: ", and ")).")
  }
}
