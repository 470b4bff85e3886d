import Catalogue
import Formulas

/// A claim at one case under one reading: what its formula gives, and what the run gives.
struct Comparison: Sendable {
  let case_: Case
  let reading: Reading
  /// In the claim's unit; nil if the claim has no formula. Of an inequality, the left side.
  let computed: Rational?
  /// In the claim's unit. Of an inequality, the right side.
  let measured: Rational
  /// Whether the inequality holds; nil if the claim is none.
  let holds: Bool?
  /// The tensors that were measured; nil where several measurements are put together.
  let selection: Selection?
  /// The values under which the formula was computed.
  let bindings: [String: Rational]
  let isReal: Bool

  /// computed - measured; nil without a formula.
  var residual: Rational? { computed.map { $0 - measured } }

  /// Whether the claim is right here, to the last digit.
  var isExact: Bool { holds ?? (residual == 0) }

  /// Whether the claimed amount is at most that part of the measured one away from it.
  func isWithin(_ tolerance: Rational) -> Bool {
    if let holds { return holds }
    guard let computed else { return false }
    return (computed - measured).magnitude <= measured.magnitude * tolerance
  }
}

/// How a claim fares under one reading.
struct Outcome: Sendable {
  enum Result: Sendable, Comparable { case wrong, bounded, exact }

  let reading: Reading
  let result: Result
  /// The comparison that shows it.
  let shown: Comparison
  /// All comparisons that it rests on.
  let comparisons: [Comparison]

  /// The one that is kindest to the claim: the best result, and of equal ones the smallest error.
  static func best(_ outcomes: [Outcome]) -> Outcome {
    outcomes.dropFirst().reduce(outcomes[0]) { best, next in
      if best.result != next.result { return best.result < next.result ? next : best }
      return next.shown.relativeError < best.shown.relativeError ? next : best
    }
  }

  /// Whether the run is of the claim's own example, so that the number that it prints is about the
  /// same thing.
  func isOfPrintedNumber(_ claim: Claim) -> Bool {
    guard let claimed = claim.claimed, let computed = shown.computed else { return true }
    return claimed.admits(computed)
  }
}
