import BigInt

extension Rational: LosslessStringConvertible {
  /// `12` or `3/4`.
  public var description: String {
    isInteger ? "\(numerator)" : "\(numerator)/\(denominator)"
  }

  /// Reads `12`, `-0.3`, `1.75e11` or `3/4`, exactly.
  ///
  /// Nil for anything else, for a zero denominator, and for powers of ten beyond ±9999.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = Self(decimal: parts[0]) else { return nil }
    guard parts.count == 2 else {
      self = first
      return
    }
    guard let second = Self(decimal: parts[1]), second != 0 else { return nil }
    self = first / second
  }

  /// Reads a decimal such as `-0.3` or `1.75e11`, exactly.
  init?(decimal text: some StringProtocol) {
    let isNegative = text.first == "-"
    let unsigned = isNegative ? text.dropFirst() : text.dropFirst(0)
    let parts = unsigned.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
    let digits = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard digits.allSatisfy(\.isDecimalNumber), let mantissa = BigInt(digits.joined()),
      let exponent = parts.count == 2 ? Int(parts[1]) : 0, exponent.magnitude <= 9999
    else { return nil }
    let decimals = digits.count == 2 ? digits[1].count : 0
    self = Rational(isNegative ? -mantissa : mantissa) * Rational(10).power(exponent - decimals)
  }

  /// The number as a decimal without an exponent, `0.375`; nil where that would never end.
  public var decimalDescription: String? {
    guard let places = decimalPlaces else { return nil }
    guard places > 0 else { return "\(numerator)" }
    let scaled = (magnitude * Rational(10).power(places)).numerator
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return (numerator < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// Digits needed after the decimal point; nil where no number of them is enough.
  private var decimalPlaces: Int? {
    var rest = denominator
    var (twos, fives) = (0, 0)
    while rest % 2 == 0 { (rest, twos) = (rest / 2, twos + 1) }
    while rest % 5 == 0 { (rest, fives) = (rest / 5, fives + 1) }
    return rest == 1 ? max(twos, fives) : nil
  }
}

extension Rational: Codable {
  /// Reads the text that `description` writes.
  public init(from decoder: any Decoder) throws {
    self = try decoder.parsed("a number such as 12 or 3/4") { Rational($0) }
  }

  /// Writes `description`, so that no reader can lose digits.
  public func encode(to encoder: any Encoder) throws {
    try encoder.encode(text: description)
  }
}

extension StringProtocol {
  /// Whether there is nothing in it but the digits 0 to 9, and at least one of them.
  var isDecimalNumber: Bool {
    !isEmpty && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
