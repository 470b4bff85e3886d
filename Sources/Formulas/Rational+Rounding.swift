extension Rational {
  /// The simplest fraction near a floating-point number: the first convergent of its continued
  /// fraction that is within the tolerance. Nil for what is not finite.
  ///
  /// - Parameters:
  ///   - number: what a computation that rounds gave for a fraction of small integers.
  ///   - tolerance: how far off it may be, relative to the number or to 1, whichever is greater.
  public init?(simplestNear number: Double, tolerance: Double = 1e-6) {
    guard number.isFinite, number.magnitude < 1e15 else { return nil }
    let allowed = tolerance * Swift.max(1, number.magnitude)
    var rest = number
    var (before, last): ((Rational, Rational), (Rational, Rational)) = ((0, 1), (1, 0))
    var convergent = Rational(0)
    repeat {
      let whole = rest.rounded()
      let digit = Rational(Int(whole))
      (before, last) = (last, (digit * last.0 + before.0, digit * last.1 + before.1))
      convergent = last.0 / last.1
      rest = 1 / (rest - whole)
      // A rest beyond this is what rounding left of an integer.
    } while (convergent.doubleValue - number).magnitude > allowed && rest.magnitude < 1e15
    self = convergent
  }
}
