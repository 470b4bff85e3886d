import Formulas

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
