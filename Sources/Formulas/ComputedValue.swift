/// A number that came out of a computation, with the knowledge whether every step was exact.
///
/// Only roots can be inexact. Whatever is computed from an inexact value is inexact, too.
public struct ComputedValue: Hashable, Codable, Sendable {
  /// The number; right to at least 40 significant digits where the steps were not exact, unless
  /// numbers that are almost equal were subtracted.
  public let value: Rational
  /// Whether `value` is the very number, with nothing rounded on the way.
  public let isExact: Bool

  /// A number and whether it is the very number that it stands for.
  public init(_ value: Rational, isExact: Bool = true) {
    self.value = value
    self.isExact = isExact
  }

  /// What an exact function makes of it.
  func mapped(_ function: (Rational) -> Rational) -> ComputedValue {
    ComputedValue(function(value), isExact: isExact)
  }

  /// What an exact function of two numbers makes of it and another.
  func combined(
    with other: ComputedValue, _ function: (Rational, Rational) -> Rational
  ) -> ComputedValue {
    ComputedValue(function(value, other.value), isExact: isExact && other.isExact)
  }
}

extension ComputedValue: CustomStringConvertible {
  /// The exact number, or a decimal after `≈`.
  public var description: String {
    isExact ? value.description : "≈\(value.doubleValue)"
  }
}
