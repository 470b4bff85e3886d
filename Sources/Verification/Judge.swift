import Catalogue
import Formulas

/// Holds claims to runs. Everything that a finding says is computed here from the claim and the
/// accounts of runs; nothing is known in advance.
public struct Judge {
  /// The claims that the ones to be judged may refer to.
  private let catalogue: ClaimCatalogue
  var runs: Runs

  /// A judge who has seen no runs yet.
  ///
  /// - Parameter catalogue: all claims.
  public init(_ catalogue: ClaimCatalogue) { self.init(catalogue, Runs()) }

  init(_ catalogue: ClaimCatalogue, _ runs: Runs) {
    (self.catalogue, self.runs) = (catalogue, runs)
  }

  /// Judges claims of the catalogue in their order.
  ///
  /// - Parameters:
  ///   - claims: some of those of the catalogue.
  ///   - progress: called after each with the number of those that are judged.
  /// - Throws: `ClaimError` for a claim that a run cannot be held to, such as one that divides by zero
  ///   at the sizes of a run.
  public mutating func findings(
    _ claims: [Claim], progress: (_ judged: Int) -> Void = { _ in }
  ) throws -> [Finding] {
    try claims.enumerated().map { index, claim in
      defer { progress(index + 1) }
      do {
        return try finding(claim)
      } catch let error as EvaluationError {
        throw catalogue.error(
          in: claim, field: "expression", found: "\(error)", expected: error.expected)
      } catch let error as InputError {
        // The origin says which part: the recipe, or the model that the inputs describe.
        throw catalogue.error(
          in: claim, field: [error.origin, error.field].compactMap { $0 }.joined(separator: ": "),
          found: error.found, expected: error.expected)
      }
    }
  }

  /// Judges a claim in three ways: by its own arithmetic, by what else its source says, by runs.
  mutating func finding(_ claim: Claim) throws -> Finding {
    let own = try Case(ownOf: claim)
    let title = catalogue.document(of: claim)?.title ?? ""
    let aspects = Aspects(
      source: [title, claim.section].compactMap { $0 }.joined(separator: ", "), document: title,
      arithmetic: try .arithmetic(of: claim, at: own?.bindings ?? [:]),
      consistency: .consistency(of: claim, in: catalogue, at: own?.bindings ?? [:]),
      computed: try claim.computed(model: own?.bindings ?? [:])?.value)
    if aspects.arithmetic.result == .fails { return Finding(slip: claim, aspects) }
    if let reason = claim.notMeasurable {
      return Finding(claim, aspects, .notMeasurable, because: reason)
    }
    guard claim.isMeasured else { return Finding(unmeasured: claim, aspects) }
    let outcomes = try outcomes(claim, own)
    if aspects.consistency.result == .fails, outcomes.allSatisfy({ $0.result == .wrong }),
      let parts = claim.asSumOfParts,
      try self.outcomes(parts, own).contains(where: { $0.result != .wrong })
    {
      return Finding(slipOfSum: claim, aspects, outcomes[0].shown)
    }
    return try Finding(claim, aspects, outcomes, fits: fits(claim, outcomes))
  }

  private mutating func outcomes(_ claim: Claim, _ own: Case?) throws -> [Outcome] {
    try Reading.all(of: claim).map { try outcome(claim, own, $0) }
  }

  /// The formulas of the parts that the claim is about, from their amounts at all probes.
  private mutating func fits(_ claim: Claim, _ outcomes: [Outcome]) throws -> PartFormulas {
    let best = Outcome.best(outcomes)
    return best.result == .exact ? PartFormulas() : try fits(claim, best.reading)
  }
}
