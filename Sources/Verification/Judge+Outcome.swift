import Catalogue
import Formulas

/// How a claim fares under one reading.
extension Judge {
  mutating func outcome(_ claim: Claim, _ own: Case?, _ reading: Reading) throws -> Outcome {
    let claim = reading.meaning.map(claim.read) ?? claim
    let cases = try (own.map { [$0] } ?? Case.probes(for: claim))
      .map { try $0.read(as: reading) }
    let comparisons = try cases.map { try comparison(claim, $0, reading) }
    func outcome(_ result: Outcome.Result, _ shown: Comparison, _ all: [Comparison]) -> Outcome {
      Outcome(reading: reading, result: result, shown: shown, comparisons: all)
    }
    if case .slip = try claim.arithmetic(model: own?.bindings ?? [:]) {
      return outcome(.wrong, comparisons[0], comparisons)
    }
    if claim.isInequality { return try inequality(claim, own, reading, comparisons) }
    if comparisons.allSatisfy(\.isExact) {
      return outcome(.exact, comparisons[0], comparisons)
    }
    if own != nil, let claimed = claim.claimed {
      let result = try Self.holds(claimed, claim, comparisons[0])
      return outcome(result, comparisons[0], comparisons)
    }
    let isMeantRoughly = claim.isApproximate || claim.tolerance != nil
    if try isMeantRoughly || dropsOnlyLowerOrders(claim, reading) {
      let large = try published(claim, own, reading)
      let tolerance = claim.tolerance ?? Claim.hedgedTolerance
      let holds = !large.isEmpty && large.allSatisfy { $0.isWithin(tolerance) }
      let worst = large.max { $0.relativeError < $1.relativeError } ?? comparisons[0]
      return outcome(holds ? .bounded : .wrong, worst, large.isEmpty ? comparisons : large)
    }
    return outcome(.wrong, comparisons.first { !$0.isExact } ?? comparisons[0], comparisons)
  }

  /// A comparison holds or does not. A rule of thumb is held to published models, in its regime.
  private mutating func inequality(
    _ claim: Claim, _ own: Case?, _ reading: Reading, _ probes: [Comparison]
  ) throws -> Outcome {
    let large = claim.regime == nil ? [] : try published(claim, own, reading)
    let comparisons = large.isEmpty ? probes : large
    let wrong = comparisons.first { !$0.isExact }
    return Outcome(
      reading: reading, result: wrong != nil ? .wrong : claim.isApproximate ? .bounded : .exact,
      shown: wrong ?? comparisons[0], comparisons: comparisons)
  }

  /// Whether a printed number is that of the run: to the last digit where it is an integer written
  /// in full; otherwise to the precision that it prints, or 5 % where it is hedged.
  private static func holds(
    _ claimed: PrintedNumber, _ claim: Claim, _ comparison: Comparison
  ) throws -> Outcome.Result {
    let unit = claim.unit ?? claimed.unit ?? .ratio
    let measured = try comparison.measured * unit.factor(to: claimed.unit ?? unit)
    if comparison.computed == nil, claimed.upperEnd == nil, claimed.value == measured {
      return .exact
    }
    let isHedged = claimed.isHedged || claim.isApproximate
    let tolerance = claim.tolerance ?? (isHedged ? Claim.hedgedTolerance : 0)
    return claimed.admits(measured) || claimed.admits(measured, within: tolerance)
      ? .bounded : .wrong
  }

  /// The published models at which the claim is meant to hold.
  private mutating func published(
    _ claim: Claim, _ own: Case?, _ reading: Reading
  ) throws -> [Comparison] {
    let cases = Case.published(for: claim) + (claim.regime == nil ? [] : Case.long(for: claim))
    return try (own.map { [$0] } ?? cases).compactMap { case_ in
      let case_ = try case_.read(as: reading)
      guard try claim.isInRegime(case_.bindings) else { return nil }
      return try comparison(claim, case_, reading)
    }
  }

  mutating func fits(_ claim: Claim, _ reading: Reading) throws -> PartFormulas {
    guard let measure = claim.measure else { return PartFormulas() }
    let comparisons = try Case.miniatures(for: claim).map {
      try comparison(claim, $0.read(as: reading), reading)
    }
    return PartFormulas(comparisons, scope: measure.scope)
  }

  /// Whether a formula has all terms of the highest degree that the measurement has, and misses
  /// only terms of lower degree, as 12·h² does for 12·h² + 13·h. 12·h² + 14·h misses none: it has
  /// one that is wrong.
  private mutating func dropsOnlyLowerOrders(
    _ claim: Claim, _ reading: Reading
  ) throws -> Bool {
    guard let expression = claim.expression, let measure = claim.measure, let unit = claim.unit,
      let claimed = try? Polynomial(expression, where: claim.substitutions),
      let measured = try fits(claim, reading).sum
    else { return false }
    let factor = try measure.unit.factor(to: unit)
    let missing = measured * Polynomial(factor) - claimed
    let highest = claimed.coefficients.keys.map(\.degree).max() ?? 0
    return missing.coefficients.allSatisfy { monomial, coefficient in
      monomial.degree < highest && coefficient > 0 && claimed.coefficients[monomial] == nil
    }
  }
}
