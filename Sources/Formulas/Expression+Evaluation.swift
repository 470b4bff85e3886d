extension Expression {
  /// The number that the expression gives.
  ///
  /// - Parameters:
  ///   - values: what the symbols stand for.
  ///   - definitions: symbols that stand for expressions, which may use one another; they are
  ///     preferred to `values`.
  /// - Throws: `EvaluationError`, also where the expression is a comparison.
  public func evaluated(
    at values: [String: Rational] = [:], where definitions: [String: Expression] = [:]
  ) throws(EvaluationError) -> ComputedValue {
    var evaluator = Evaluator(values: values, definitions: definitions)
    return try evaluator.value(of: self, in: self)
  }

  /// Whether the comparison holds.
  ///
  /// - Parameters: as for `evaluated(at:where:)`.
  /// - Throws: `EvaluationError`, also where the expression is a number, and where inexact roots
  ///   leave open which side is the greater.
  public func isTrue(
    at values: [String: Rational] = [:], where definitions: [String: Expression] = [:]
  ) throws(EvaluationError) -> Bool {
    guard case .comparison(let comparison, let leftSide, let rightSide) = self else {
      throw .notAComparison(self)
    }
    var evaluator = Evaluator(values: values, definitions: definitions)
    let left = try evaluator.value(of: leftSide, in: self)
    let right = try evaluator.value(of: rightSide, in: self)
    if !(left.isExact && right.isExact) {
      let doubt = max(left.value.magnitude, right.value.magnitude) * Rational(10).power(-38)
      if (left.value - right.value).magnitude <= doubt { throw .undecided(self) }
    }
    return comparison.holds(left.value, right.value)
  }
}

extension Expression.Comparison {
  /// Whether two numbers compare like this.
  func holds(_ left: Rational, _ right: Rational) -> Bool {
    switch self {
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    case .equal: left == right
    }
  }
}
