/// What a number in a text may be like, in formulas and in print.
enum Numeral {
  /// Digits on either side of the point, after the exponent is applied. The largest numbers of the
  /// literature have 26 (10²⁵ FLOPs); the rule is stated in digits so that a number that is written
  /// without its exponent is as good as with it.
  static let greatestDigits = 60

  /// What would be right instead of a longer number.
  static let expectation =
    "a number with at most \(greatestDigits) digits before the point and as many behind it"

  /// Whether a number of so many digits before and behind the point, times a power of ten, is not
  /// too long. Without that, an exponent of nine digits would fill the memory.
  static func isReasonable(whole: Int, fraction: Int, exponent: Int) -> Bool {
    guard exponent.magnitude <= 2 * greatestDigits else { return false }
    return whole <= greatestDigits && fraction <= greatestDigits
      && whole + exponent <= greatestDigits && fraction - exponent <= greatestDigits
  }
}
