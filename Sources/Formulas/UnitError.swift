import Catalogue

/// A unit that cannot be read, or two that cannot be compared.
public enum UnitError: Error, Hashable, Sendable {
  /// No unit has that name.
  case unknown(String, in: String, suggestion: String?)
  /// A name that some use for an amount of work and others for a rate.
  case ambiguousFLOPS(String)
  /// No unit is spelled with so many letters.
  case tooLong(String)
  /// The two count different things.
  case incompatible(Unit, Unit)
}

extension UnitError: CustomStringConvertible {
  /// One line: what was found, and what would be right.
  public var description: String {
    switch self {
    case .unknown(let name, let text, let suggestion):
      let place = name == text ? "" : " in \(text.quoted)"
      let examples = "a unit such as byte, GB, GiB, parameter, TFLOP/s or day"
      return "found \(name.quoted)\(place); "
        + "expected \(suggestion ?? examples)"
    case .ambiguousFLOPS(let name):
      let amount = name.uppercased().dropLast()
      return "found \(name.quoted), which some use for work and others for a rate; "
        + "expected \(String(amount).quoted) or \(String(amount).quoted)/s"
    case .tooLong(let text):
      return "found \(text.quoted); expected at most \(Unit.greatestLength) characters"
    case .incompatible(let unit, let other):
      return "found \(unit.symbol.quoted), which does not convert to \(other.symbol.quoted)"
    }
  }
}
