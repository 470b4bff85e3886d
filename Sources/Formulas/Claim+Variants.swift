extension Claim {
  /// Whether the claim is that something is greater, less or equal.
  public var isInequality: Bool { expression?.isComparison ?? false }

  /// The claim as one of its readings has it: with the printed number in another unit of the same
  /// spelling, GB as GiB, and with what its symbols stand for.
  public func read(as reading: Reading) -> Claim {
    var claim = self
    claim.substitutions.merge(reading.substitutions) { $1 }
    if let unit = reading.unit { claim.claimed = claimed?.printed(in: unit) }
    return claim
  }

  /// The claim that its source's list of parts makes; nil if it lists none.
  public var asSumOfParts: Claim? {
    guard let first = parts.first else { return nil }
    var claim = self
    claim.expression = parts.dropFirst().reduce(first) { .operation(.addition, $0, $1) }
    return claim
  }

  /// Whether both say the same: the same polynomial, or else the same number at the sizes of this
  /// claim's example.
  public func agrees(with other: Claim, at model: [String: Rational]) -> Bool {
    guard let mine = expression, let theirs = other.expression, unit == other.unit else {
      return claimed?.value == other.claimed?.value
    }
    if let one = try? Polynomial(mine, where: substitutions),
      let two = try? Polynomial(theirs, where: other.substitutions), one == two
    {
      return true
    }
    let values = inputs.merging(model) { input, _ in input }
    let one = try? mine.evaluated(at: values, where: substitutions)
    let two = try? theirs.evaluated(
      at: other.inputs.merging(values) { $1 }, where: other.substitutions)
    return one != nil && one == two
  }

  /// What the measurements give for what the claim is about, in base units.
  ///
  /// - Parameter bindings: their values, and those of other symbols.
  public func measuredValue(_ bindings: [String: Rational]) throws(EvaluationError) -> Rational {
    let values = inputs.merging(bindings) { _, binding in binding }
    return try (measured ?? .number(0)).evaluated(at: values, where: substitutions).value
  }
}

extension PrintedNumber {
  /// The same digits in another unit.
  func printed(in unit: Unit) -> PrintedNumber {
    PrintedNumber(
      text: text, value: value, upperEnd: upperEnd, unit: unit, lastPlace: lastPlace,
      significantDigits: significantDigits, isHedged: isHedged)
  }
}
