import Formulas

/// An exact number, written to JSON as an integer where it is one.
public struct Number: Codable, Sendable, Equatable {
  /// The number.
  public let value: Rational

  /// - Parameter value: the number.
  public init(_ value: Rational) { self.value = value }

  /// Reads an integer, or the nearest rational of a decimal fraction.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let integer = try? container.decode(Int.self) {
      value = Rational(integer)
    } else {
      let double = try container.decode(Double.self)
      guard let value = Rational("\(double)") else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "\(double) is not a finite number")
      }
      self.value = value
    }
  }

  /// Writes an integer, or the nearest double.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let integer = value.integer {
      try container.encode(integer)
    } else {
      try container.encode(value.doubleValue)
    }
  }
}
