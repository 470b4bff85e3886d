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
