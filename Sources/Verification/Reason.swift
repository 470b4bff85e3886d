import Catalogue
import Formulas

/// Why a verdict is what it is, assembled from what was computed.
struct Reason {
  let sentence: String

  /// How many tensors a sentence names; the attribution has all.
  private static let named = 4

  init(
    _ verdict: Verdict, _ claim: Claim, _ best: Outcome, _ outcomes: [Outcome],
    _ attribution: [Attribution], measured formula: Polynomial?
  ) {
    if claim.isInequality, verdict != .conventional {
      sentence = Self.inequality(claim, best)
      return
    }
    let difference = Self.difference(claim, best.shown)
    // A formula that says nothing of its parts is held against the whole; one that says 0, against
    // each part.
    let parts =
      claim.terms.isEmpty && best.shown.computed != 0
      ? formula.map { "; measured is \($0.typographic)" } ?? "" : Self.list(attribution)
    switch verdict {
    case .exact:
      sentence =
        "The \(claim.expression == nil ? "printed number" : "formula") equals the measurement at "
        + Self.counted(best.comparisons)
        + (outcomes.count == 1
          ? "." : claim.readings.isEmpty ? ", under every convention." : ", in every reading.")
        + (best.isOfPrintedNumber(claim) ? "" : " The printed number follows from its own inputs.")
    case .bounded:
      sentence = "\(difference), within what it allows\(parts)."
    case .conventional:
      let right = outcomes.filter { $0.result != .wrong }.map(\.reading.name)
      let wrong = outcomes.filter { $0.result == .wrong }.map(\.reading.name)
      sentence =
        "Right under \(right.joined(separator: ", ")), which it does not state; wrong under "
        + "\(wrong.joined(separator: ", "))."
    case .refuted:
      sentence = "\(difference)\(parts)."
    case .slip, .notMeasurable:
      preconditionFailure("\(verdict) is not found by comparing")
    }
  }

  /// An inequality with the numbers of both sides.
  private static func inequality(_ claim: Claim, _ outcome: Outcome) -> String {
    let shown = outcome.shown
    let sides =
      "\((shown.computed ?? 0).readable) against \(shown.measured.readable(in: claim.unit))"
    let place = shown.isReal ? "" : " at \(shown.case_.shape.name)"
    return outcome.result == .wrong
      ? "It does not hold\(place): \(sides)."
      : "It holds at \(counted(outcome.comparisons)), for example with \(sides)\(place)."
  }

  private static func counted(_ comparisons: [Comparison]) -> String {
    let kind = comparisons.allSatisfy(\.isReal) ? "real" : "dry"
    return "\(comparisons.count) \(kind) run\(comparisons.count == 1 ? "" : "s")"
  }

  private static func difference(_ claim: Claim, _ shown: Comparison) -> String {
    let place = shown.isReal ? "" : " at \(shown.case_.shape.name)"
    let measured = shown.measured.readable(in: claim.unit ?? claim.measure?.unit)
    guard let computed = shown.computed else {
      return "The run has \(measured)\(place) for the printed \(claim.claimed?.text ?? "number")"
    }
    guard shown.measured != 0 else {
      return
        "The formula gives \(computed.readable(in: claim.unit))\(place) where the run has nothing"
    }
    let percent = shown.relativeError.doubleValue * 100
    let size =
      percent < 0.01 ? "less than 0.01 %" : "\((percent * 100).rounded() / 100) %"
    return "Off by \(size)\(place)"
  }

  private static func list(_ attribution: [Attribution]) -> String {
    let omitted = attribution.filter { $0.claimed.value == 0 }
      .sorted { $0.measured.value > $1.measured.value }
      .map { "\($0.role) (\($0.term))" }
    let invented = attribution.filter { $0.claimed.value != 0 && $0.measured.value == 0 }
      .map { "counts \($0.role) (\($0.term)), of which the run has nothing" }
    let wrong = attribution.filter { $0.claimed.value != 0 && $0.measured.value != 0 }
      .map { "\($0.term) stands for \($0.role), \($0.formula ?? $0.measured.value.readable)" }
    let more = omitted.count > named ? " and \(omitted.count - named) more" : ""
    let parts =
      (omitted.isEmpty ? [] : ["omits " + omitted.prefix(named).joined(separator: ", ") + more])
      + invented + wrong
    return parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")
  }
}
