/// A number as a source prints it, which is a number and a precision: `175B`, `1.32 GiB`,
/// `6,442,450,944`, `~34 days`, `10-20x`.
///
/// A printed number stands for every number that rounds to it: those at most half a unit of its
/// last digit away, both ends included. Its last digit is the last one before the exponent or the
/// prefix: `175B` and `1.75e11` mean 174.5 to 175.5 billion, `112 GB` means 111.5 to 112.5 GB, and
/// `1.50` means 1.495 to 1.505. An integer that is written out in full, `175000000000`, means all
/// of its digits.
public struct PrintedNumber: Hashable, Sendable {
  /// As it is printed.
  public let text: String
  /// The number, in `unit`; of a range, the lower end.
  public let value: Rational
  /// The upper end of a range.
  public let upperEnd: Rational?
  /// What it is printed in; nil for a bare number.
  public let unit: Unit?
  /// What one more in the last printed digit would add, in `unit`.
  public let lastPlace: Rational
  /// How many digits are printed, from the first that is not zero; at least 1.
  public let significantDigits: Int
  /// Whether the source says that it is approximate: `~`, `≈`, "about" and the like. The interval
  /// does not depend on it; how much more to allow is for the reader to decide.
  public let isHedged: Bool
}

extension PrintedNumber {
  /// The numbers, in `unit`, that print like this when rounded.
  public var interval: ClosedRange<Rational> {
    let half = lastPlace / 2
    return (value - half)...((upperEnd ?? value) + half)
  }

  /// Whether a number, in `unit`, prints like this when rounded.
  public func admits(_ number: Rational) -> Bool {
    interval.contains(number)
  }

  /// Whether a number, in `unit`, prints like this when the digits beyond the last are cut off, but
  /// not when it is rounded: 12.58 printed as 12.5.
  public func isTruncation(of number: Rational) -> Bool {
    guard upperEnd == nil, !admits(number) else { return false }
    return (number / lastPlace).truncated * lastPlace == value
  }

  /// Whether a number is at most that part of the printed one away: 1/20 allows 5 %.
  public func admits(_ number: Rational, within tolerance: Rational) -> Bool {
    let (low, high) = (value, upperEnd ?? value)
    return number >= low - low.magnitude * tolerance && number <= high + high.magnitude * tolerance
  }

  /// The number, or the lower end of the range, in another unit; a bare number is taken to be in
  /// that unit.
  ///
  /// - Throws: `UnitError.incompatible` if the units count different things.
  public func value(in other: Unit) throws(UnitError) -> Rational {
    try value * (unit ?? other).factor(to: other)
  }
}

extension PrintedNumber: CustomStringConvertible {
  /// As it is printed.
  public var description: String { text }
}

extension PrintedNumber: Codable {
  /// Reads the printed text.
  public init(from decoder: any Decoder) throws {
    self = try decoder.parsed("a number and its unit") { try PrintedNumber(parsing: $0) }
  }

  /// Writes the printed text.
  public func encode(to encoder: any Encoder) throws {
    try encoder.encode(text: text)
  }
}
