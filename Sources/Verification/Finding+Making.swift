import Catalogue
import Formulas

extension Finding {
  /// A claim without a measurement.
  init(_ claim: Claim, _ aspects: Aspects, _ verdict: Verdict, because reason: String) {
    self.init(
      claim, aspects, verdict, shown: nil, computed: aspects.computed, holdsUnder: nil,
      attribution: [], corrected: nil, because: reason)
  }

  /// A claim that no run is about. A printed number that follows from its formula is right: there is
  /// nothing else to hold it to.
  init(unmeasured claim: Claim, _ aspects: Aspects) {
    guard aspects.arithmetic.result == .holds else {
      self.init(
        claim, aspects, .notMeasurable,
        because: "It has no numbers to hold against each other, and no run measures it.")
      return
    }
    let holding = claim.readings.filter {
      (try? claim.read(as: $0).arithmetic) == .holds
    }
    guard holding.count == claim.readings.count else {
      self.init(
        claim, aspects, .conventional, shown: nil, computed: aspects.computed,
        holdsUnder: holding.map(\.name), attribution: [], corrected: nil,
        because: "Right as \(holding.map(\.name).joined(separator: ", ")), which it does not state."
      )
      return
    }
    let isRounded =
      claim.isApproximate
      || claim.claimed.map { (try? $0.value(in: claim.unit ?? .ratio)) != aspects.computed }
        ?? false
    self.init(
      claim, aspects, isRounded ? .bounded : .exact,
      because: "Arithmetic alone, without a run: \(aspects.arithmetic.because.decapitalized)")
  }

  /// A printed number that does not follow from its formula.
  init(slip claim: Claim, _ aspects: Aspects) {
    self.init(claim, aspects, .slip, because: aspects.arithmetic.because)
  }

  /// A total that is not the sum of its parts, where the parts are right.
  init(slipOfSum claim: Claim, _ aspects: Aspects, _ shown: Comparison) {
    self.init(
      claim, aspects, .slip, shown: shown, computed: shown.computed, holdsUnder: nil,
      attribution: [], corrected: nil,
      because: aspects.consistency.because.dropLast() + ", and the parts are what the run has.")
  }

  /// A claim that runs have judged, under each reading.
  init(
    _ claim: Claim, _ aspects: Aspects, _ outcomes: [Outcome], fits: PartFormulas
  ) throws {
    let holding = outcomes.filter { $0.result != .wrong }
    let worst = outcomes.map(\.result).min() ?? .wrong
    let verdict: Verdict =
      switch worst {
      case .exact: .exact
      case .bounded: .bounded
      case .wrong: holding.isEmpty ? .refuted : .conventional
      }
    let best = Outcome.best(outcomes)
    let attribution =
      best.result == .exact ? [] : try Attribution.list(claim, best.shown, fits)
    let corrected = best.result == .exact ? nil : fits.sum
    self.init(
      claim, aspects, verdict, shown: best.shown, computed: best.shown.computed,
      holdsUnder: verdict == .conventional ? holding.map(\.reading.name) : nil,
      attribution: attribution, corrected: corrected?.description,
      because: Reason(verdict, claim, best, outcomes, attribution, measured: corrected).sentence)
  }

  private init(
    _ claim: Claim, _ aspects: Aspects, _ verdict: Verdict, shown: Comparison?,
    computed: Rational?, holdsUnder: [String]?, attribution: [Attribution], corrected: String?,
    because reason: String
  ) {
    id = claim.id
    source = aspects.source
    document = aspects.document
    statement = claim.statement
    quantity = claim.quantity.rawValue
    unit = claim.unit?.symbol ?? claim.measure?.unit.symbol
    expression = claim.expression?.typographic
    self.verdict = verdict
    arithmetic = aspects.arithmetic
    consistency = aspects.consistency
    convention = shown?.reading.convention.name
    self.holdsUnder = holdsUnder
    mode = shown.map { $0.isReal ? "real" : "dry" }
    model = shown.flatMap { $0.isReal ? nil : $0.case_.shape.name }
    at = shown?.case_.symbols
    let claimedValue = claim.claimed.flatMap { claimed in
      claim.unit.flatMap { try? claimed.value(in: $0) } ?? claimed.value
    }
    claimed = claimedValue.map(Number.init)
    self.computed = computed.map(Number.init)
    measured = shown.map { Number($0.measured) }
    let difference = shown.flatMap { shown in
      shown.holds == nil ? (computed ?? claimedValue).map { $0 - shown.measured } : nil
    }
    residual = difference.map(Number.init)
    relativeError = difference.flatMap { difference in
      shown.flatMap {
        $0.measured == 0 ? nil : Number(difference.magnitude / $0.measured.magnitude)
      }
    }
    self.attribution = attribution
    self.corrected = corrected
    because = reason
  }
}

extension String {
  /// For the middle of a sentence.
  fileprivate var decapitalized: String { prefix(1).lowercased() + dropFirst() }
}
