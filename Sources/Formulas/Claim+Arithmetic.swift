extension Claim {
  /// Whether the printed number follows from the formula and its own inputs.
  public enum Arithmetic: Sendable, Equatable {
    /// There is no formula, no number, or a symbol without a value.
    case noArithmetic
    /// The number follows, as it is printed.
    case holds
    /// It does not: this is what the formula gives, in the claim's unit. For a comparison that is
    /// false, its left side.
    case slip(computed: ComputedValue)
  }

  /// The arithmetic at the source's own inputs.
  public var arithmetic: Arithmetic {
    get throws(EvaluationError) { try arithmetic(model: [:]) }
  }

  /// The arithmetic at the source's own inputs, and the sizes of its model for what they leave open.
  ///
  /// The printed number holds if the computed one rounds to it, or was cut off at its last digit.
  /// A hedged number, "about 10", may be 5 % off, or the claim's own tolerance; a number that is
  /// not hedged may be off if the claim states a tolerance. That the formula is approximate does
  /// not excuse its arithmetic.
  ///
  /// - Parameter model: the values of the symbols that come from the model.
  public func arithmetic(model: [String: Rational]) throws(EvaluationError) -> Arithmetic {
    guard let expression, openSymbols.isSubset(of: model.keys) else { return .noArithmetic }
    let values = inputs.merging(model) { input, _ in input }
    if expression.isComparison, try expression.isTrue(at: values, where: substitutions) {
      return .holds
    }
    if expression.isComparison, let computed = try computed(model: model) {
      return .slip(computed: computed)
    }
    guard let claimed, let unit, let factor = try? unit.factor(to: claimed.unit ?? unit),
      let computed = try computed(model: model)
    else { return .noArithmetic }
    let number = computed.value * factor
    let allowed = tolerance ?? (claimed.isHedged ? Self.hedgedTolerance : 0)
    let holds =
      claimed.admits(number) || claimed.isTruncation(of: number)
      || claimed.admits(number, within: allowed)
    return holds ? .holds : .slip(computed: computed)
  }

  /// What the formula gives at the source's own inputs, and the sizes of its model for what they
  /// leave open; of a comparison, its left side. Nil without a formula, or where a symbol has no
  /// value.
  ///
  /// - Parameter model: the values of the symbols that come from the model.
  public func computed(model: [String: Rational]) throws(EvaluationError) -> ComputedValue? {
    guard let expression, openSymbols.isSubset(of: model.keys) else { return nil }
    let values = inputs.merging(model) { input, _ in input }
    if case .comparison(_, let left, _) = expression {
      return try left.evaluated(at: values, where: substitutions)
    }
    return try expression.evaluated(at: values, where: substitutions)
  }

  /// How far off a number may be that its source calls approximate without saying how much.
  public static let hedgedTolerance = Rational(1, 20)
}
