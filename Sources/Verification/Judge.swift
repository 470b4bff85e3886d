import Catalogue
import Formulas
import Transformer

/// Holds claims to runs. Everything that a finding says is computed here from the claim and the
/// accounts of runs; nothing is known in advance.
public struct Judge {
  private var accounts: [String: RunAccount] = [:]

  /// A judge who has seen no runs yet.
  public init() {}

  /// Judges claims in their order.
  ///
  /// - Throws: `ClaimError` for a claim that a run cannot be held to, such as one that divides by zero
  ///   at the sizes of a run.
  public mutating func findings(_ catalogue: ClaimCatalogue, _ claims: [Claim]) throws
    -> [Finding]
  {
    try claims.map { claim in
      let document = catalogue.document(of: claim)
      let parts = [document?.title, claim.section].compactMap { $0 }
      do {
        return try finding(claim, source: parts.joined(separator: ", "))
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

  /// Judges a claim.
  mutating func finding(_ claim: Claim, source: String) throws -> Finding {
    if let reason = claim.notMeasurable {
      return Finding(claim, source, .notMeasurable, because: reason)
    }
    let own = try Case(ownOf: claim)
    let arithmetic = try claim.arithmetic(model: own?.bindings ?? [:])
    if case .slip(let value) = arithmetic {
      return Finding(slip: claim, source, computed: value.value)
    }
    guard let measure = claim.measure else {
      return Finding(
        unmeasured: claim, source, try claim.computed(model: own?.bindings ?? [:])?.value)
    }
    let outcomes = try candidates(claim, measure).map { convention in
      try outcome(claim, measure, own: own, convention)
    }
    return try Finding(claim, source, outcomes, fits: fits(claim, measure, outcomes))
  }

  /// The conventions that a claim may mean: those that it states; all of them where it states none
  /// and speaks of what is kept for backward; otherwise any one, as they do not differ.
  private func candidates(_ claim: Claim, _ measure: Claim.Measure) -> [Convention] {
    let stated = claim.conventions.compactMap(Convention.named)
    if !stated.isEmpty { return stated }
    return measure.quantity == .savedForBackward ? Convention.all : [.pytorch]
  }

  private mutating func outcome(
    _ claim: Claim, _ measure: Claim.Measure, own: Case?, _ convention: Convention
  ) throws -> Outcome {
    let cases = own.map { [$0] } ?? Self.probes(for: claim)
    let comparisons = try cases.map { try comparison(claim, measure, $0, convention) }
    if comparisons.allSatisfy({ $0.residual == 0 }) {
      return Outcome(
        convention: convention, result: .exact, shown: comparisons[0], comparisons: comparisons)
    }
    if own != nil, let claimed = claim.claimed {
      let holds = try Self.holds(claimed, claim, comparisons[0])
      return Outcome(
        convention: convention, result: holds, shown: comparisons[0], comparisons: comparisons)
    }
    let isMeantRoughly = claim.isApproximate || claim.tolerance != nil
    if try isMeantRoughly || dropsOnlyLowerOrders(claim, measure, convention) {
      let large = try published(claim, measure, own: own, convention)
      let tolerance = claim.tolerance ?? Claim.hedgedTolerance
      let holds = !large.isEmpty && large.allSatisfy { $0.isWithin(tolerance) }
      let worst = large.max { $0.relativeError < $1.relativeError }
      return Outcome(
        convention: convention, result: holds ? .bounded : .wrong,
        shown: worst ?? comparisons[0], comparisons: large.isEmpty ? comparisons : large)
    }
    let wrong = comparisons.first { $0.residual != 0 } ?? comparisons[0]
    return Outcome(
      convention: convention, result: .wrong, shown: wrong, comparisons: comparisons)
  }

  /// Whether a printed number is that of the run: to the last digit where it is an integer written
  /// in full; otherwise to the precision that it prints, or 5 % where it is hedged.
  private static func holds(
    _ claimed: PrintedNumber, _ claim: Claim, _ comparison: Comparison
  ) throws -> Outcome.Result {
    let unit = claim.unit ?? claimed.unit ?? .ratio
    let measured = try comparison.measured * unit.factor(to: claimed.unit ?? unit)
    if comparison.computed == nil, claimed.value == measured { return .exact }
    let isHedged = claimed.isHedged || claim.isApproximate
    let tolerance = claim.tolerance ?? (isHedged ? Claim.hedgedTolerance : 0)
    return claimed.admits(measured) || claimed.admits(measured, within: tolerance)
      ? .bounded : .wrong
  }

  /// The published models at which the claim is meant to hold.
  private mutating func published(
    _ claim: Claim, _ measure: Claim.Measure, own: Case?, _ convention: Convention
  ) throws -> [Comparison] {
    let cases = Case.published + (claim.regime == nil ? [] : Case.long)
    return try (own.map { [$0] } ?? cases).compactMap { case_ in
      guard try claim.isInRegime(case_.bindings) else { return nil }
      return try comparison(claim, measure, case_, convention)
    }
  }

  private mutating func comparison(
    _ claim: Claim, _ measure: Claim.Measure, _ case_: Case, _ convention: Convention
  ) throws -> Comparison {
    let account = try account(case_, convention, claim.recipe)
    let selection = try Selection(account, claim, measure)
    var bindings = case_.bindings
    bindings["P"] = Rational(account.parameters)
    bindings["D"] = Rational(case_.batch * case_.sequence)
    let unit = claim.unit ?? measure.unit
    let computed: ComputedValue?
    do throws(EvaluationError) {
      computed = try claim.computed(bindings)
    } catch {
      let free = claim.expression?.freeSymbols(where: claim.substitutions) ?? []
      let sizes = free.sorted().compactMap { name in case_.symbols[name].map { "\(name) = \($0)" } }
      let place = sizes.isEmpty ? "" : ", where \(sizes.joined(separator: ", "))"
      throw InputError(
        "expression", found: "\(error)\(place)", expected: error.expected)
    }
    return Comparison(
      case_: case_, convention: convention, computed: computed?.value,
      measured: Rational(selection.total) * (try measure.unit.factor(to: unit)),
      selection: selection, bindings: bindings, isReal: account.isReal)
  }

  private mutating func account(
    _ case_: Case, _ convention: Convention, _ options: [String: String]
  ) throws -> RunAccount {
    let recipe = try case_.recipe(convention, options)
    let key = "\(case_.shape) \(recipe)"
    if let known = accounts[key] { return known }
    let account = try RunAccount(case_.shape, recipe, dry: !case_.isReal)
    accounts[key] = account
    return account
  }

  /// The formulas of the parts that the claim is about, from their amounts at all probes.
  private mutating func fits(
    _ claim: Claim, _ measure: Claim.Measure, _ outcomes: [Outcome]
  ) throws -> PartFormulas {
    guard let shown = outcomes.max(by: { $0.result < $1.result }), shown.result != .exact else {
      return PartFormulas()
    }
    return try fits(claim, measure, shown.convention)
  }

  private mutating func fits(
    _ claim: Claim, _ measure: Claim.Measure, _ convention: Convention
  ) throws -> PartFormulas {
    let comparisons = try Self.probes(for: claim).map {
      try comparison(claim, measure, $0, convention)
    }
    return PartFormulas(comparisons, scope: measure.scope)
  }

  /// Whether a formula has all terms of the highest degree that the measurement has, and misses
  /// only terms of lower degree, as 12·h² does for 12·h² + 13·h. 12·h² + 14·h misses none: it has
  /// one that is wrong.
  private mutating func dropsOnlyLowerOrders(
    _ claim: Claim, _ measure: Claim.Measure, _ convention: Convention
  ) throws -> Bool {
    guard let expression = claim.expression, let unit = claim.unit,
      let claimed = try? Polynomial(expression, where: claim.substitutions),
      let measured = try fits(claim, measure, convention).sum
    else { return false }
    let factor = try measure.unit.factor(to: unit)
    let missing = measured * Polynomial(factor) - claimed
    let highest = claimed.coefficients.keys.map(\.degree).max() ?? 0
    return missing.coefficients.allSatisfy { monomial, coefficient in
      monomial.degree < highest && coefficient > 0 && claimed.coefficients[monomial] == nil
    }
  }

  /// Formulas that speak of f are held to models where it is not 4·h, too.
  private static func probes(for claim: Claim) -> [Case] {
    let symbols = claim.expression?.freeSymbols(where: claim.substitutions) ?? []
    return Case.probes + (symbols.contains("f") ? Case.probesOfFeedForward : [])
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

extension RunAccount {
  /// Number of weights.
  var parameters: Int {
    items.filter { $0.quantity == .parameters }.reduce(0) { $0 + $1.elements }
  }
}
