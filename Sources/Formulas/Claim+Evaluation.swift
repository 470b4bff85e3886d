extension Claim {
  /// What the expression gives, in the claim's unit, under the source's substitutions.
  ///
  /// - Parameter bindings: the values of symbols; they are preferred to the source's own inputs,
  ///   which supply the rest.
  /// - Returns: the number; nil if the claim has no expression, or a comparison.
  /// - Throws: `EvaluationError`, such as for a symbol without a value.
  public func computed(
    _ bindings: [String: Rational] = [:]
  ) throws(EvaluationError) -> ComputedValue? {
    guard let expression, !expression.isComparison else { return nil }
    return try expression.evaluated(at: values(bindings), where: substitutions)
  }

  /// What a term of this claim gives, by the rules of `computed`.
  public func computed(
    _ term: Term, _ bindings: [String: Rational] = [:]
  ) throws(EvaluationError) -> ComputedValue {
    try term.term.evaluated(at: values(bindings), where: substitutions)
  }

  /// Whether the comparison that the claim consists of holds, by the rules of `computed`; nil if it
  /// is not one.
  public func isTrue(_ bindings: [String: Rational] = [:]) throws(EvaluationError) -> Bool? {
    guard let expression, expression.isComparison else { return nil }
    return try expression.isTrue(at: values(bindings), where: substitutions)
  }

  /// Whether the claim is meant to hold there; it is, everywhere, if it names no regime.
  public func isInRegime(_ bindings: [String: Rational] = [:]) throws(EvaluationError) -> Bool {
    try regime?.isTrue(at: values(bindings), where: substitutions) ?? true
  }

  /// The symbols that need a value before the claim can be computed at its own inputs: those of the
  /// expression that neither the inputs nor the substitutions supply.
  public var openSymbols: Set<String> {
    (expression?.freeSymbols(where: substitutions) ?? []).subtracting(inputs.keys)
  }

  private func values(_ bindings: [String: Rational]) -> [String: Rational] {
    inputs.merging(bindings) { _, binding in binding }
  }
}
