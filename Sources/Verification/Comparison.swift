import Catalogue
import Formulas

/// A claim at one case under one convention: what its formula gives, and what the run gives.
struct Comparison: Sendable {
  let case_: Case
  let convention: Convention
  /// In the claim's unit; nil if the claim has no formula.
  let computed: Rational?
  /// In the claim's unit.
  let measured: Rational
  let selection: Selection
  /// The values under which the formula was computed.
  let bindings: [String: Rational]
  let isReal: Bool

  /// computed - measured; nil without a formula.
  var residual: Rational? { computed.map { $0 - measured } }

  /// Whether the claimed amount is at most that part of the measured one away from it.
  func isWithin(_ tolerance: Rational) -> Bool {
    guard let computed else { return false }
    return (computed - measured).magnitude <= measured.magnitude * tolerance
  }
}

/// How a claim fares under one convention.
struct Outcome: Sendable {
  enum Result: Sendable, Comparable { case wrong, bounded, exact }

  let convention: Convention
  let result: Result
  /// The comparison that shows it.
  let shown: Comparison
  /// All comparisons that it rests on.
  let comparisons: [Comparison]

  /// Whether the run is of the claim's own example, so that the number that it prints is about the
  /// same thing.
  func isOfPrintedNumber(_ claim: Claim) -> Bool {
    guard let claimed = claim.claimed, let computed = shown.computed else { return true }
    return claimed.admits(computed)
  }
}
