/// What measurement says of a claim.
public enum Verdict: String, Codable, Sendable, CaseIterable {
  /// The formula gives what was measured, under the convention that the claim states, or under
  /// every one.
  case exact
  /// The claim says approximately, or drops terms of lower order, and holds to the precision that
  /// it prints, or to 5 % where it prints none.
  case bounded
  /// The claim states no convention, and is right under some and wrong under others.
  case conventional
  /// The formula does not give what was measured.
  case refuted
  /// The printed number does not follow from the formula and its own inputs; the formula may stand.
  case slip
  /// No run can judge it.
  case notMeasurable
}
