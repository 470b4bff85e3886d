import Catalogue
import Formulas

extension Finding {
  /// A claim without a measurement.
  init(_ claim: Claim, _ source: String, _ verdict: Verdict, because reason: String) {
    self.init(
      claim, source, verdict, shown: nil, computed: nil, holdsUnder: nil, attribution: [],
      corrected: nil, because: reason)
  }

  /// A claim that no run is about, whose arithmetic holds as far as it has any.
  init(unmeasured claim: Claim, _ source: String, _ computed: Rational?) {
    let gives = computed.map { " (\($0.readable(in: claim.unit)))" } ?? ""
    let reason =
      computed == nil
      ? "It has no numbers to hold against each other, and no run measures it."
      : "Its arithmetic holds\(gives); no run measures it."
    self.init(
      claim, source, .notMeasurable, shown: nil, computed: computed, holdsUnder: nil,
      attribution: [], corrected: nil, because: reason)
  }

  /// A printed number that does not follow from its formula.
  init(slip claim: Claim, _ source: String, computed: Rational) {
    let printed = claim.claimed.map { "prints \($0.text)" } ?? "claims that it holds"
    self.init(
      claim, source, .slip, shown: nil, computed: computed, holdsUnder: nil, attribution: [],
      corrected: nil,
      because: "The source \(printed); its formula gives \(computed.readable(in: claim.unit))"
        + Self.binaryReading(claim, computed) + ".")
  }

  /// Whether a printed number would hold in the binary unit of the same letter.
  private static func binaryReading(_ claim: Claim, _ computed: Rational) -> String {
    guard let claimed = claim.claimed, let unit = claim.unit, let printed = claimed.unit,
      let binary = try? Unit(parsing: printed.symbol.replacing("B", with: "iB")),
      let factor = try? unit.factor(to: binary), claimed.admits(computed * factor)
    else { return "" }
    return ", which is \(claimed.value.readable) \(binary.symbol)"
  }

  /// A claim that runs have judged, under each convention that it may mean.
  init(_ claim: Claim, _ source: String, _ outcomes: [Outcome], fits: PartFormulas) throws {
    let holding = outcomes.filter { $0.result != .wrong }
    let worst = outcomes.map(\.result).min() ?? .wrong
    let verdict: Verdict =
      switch worst {
      case .exact: .exact
      case .bounded: .bounded
      case .wrong: holding.isEmpty ? .refuted : .conventional
      }
    let best = outcomes.max { $0.result < $1.result } ?? outcomes[0]
    let attribution =
      best.result == .exact ? [] : try Attribution.list(claim, best.shown, fits)
    let corrected = best.result == .exact ? nil : fits.sum
    self.init(
      claim, source, verdict, shown: best.shown, computed: best.shown.computed,
      holdsUnder: verdict == .conventional ? holding.map(\.convention.name) : nil,
      attribution: attribution, corrected: corrected?.description,
      because: Reason(verdict, claim, best, outcomes, attribution, measured: corrected).sentence)
  }

  private init(
    _ claim: Claim, _ source: String, _ verdict: Verdict, shown: Comparison?,
    computed: Rational?, holdsUnder: [String]?, attribution: [Attribution], corrected: String?,
    because reason: String
  ) {
    id = claim.id
    self.source = source
    statement = claim.statement
    quantity = claim.quantity.rawValue
    unit = claim.unit?.symbol ?? claim.measure?.unit.symbol
    expression = claim.expression?.typographic
    self.verdict = verdict
    convention = shown?.convention.name
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
      (computed ?? claimedValue).map { $0 - shown.measured }
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
