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
  /// What was found.
  var found: String {
    switch self {
    case .unknown(let name, let text, _):
      name.quoted + (name == text ? "" : " in \(text.quoted)")
    case .ambiguousFLOPS(let name):
      "\(name.quoted), which some use for work and others for a rate"
    case .tooLong(let text):
      text.quoted
    case .incompatible(let unit, let other):
      "\(unit.symbol.quoted), which does not convert to \(other.symbol.quoted)"
    }
  }

  /// What would be right.
  var expected: String {
    switch self {
    case .unknown(_, _, let suggestion):
      return suggestion ?? "a unit such as byte, GB, GiB, parameter, TFLOP/s or day"
    case .ambiguousFLOPS(let name):
      let amount = String(name.uppercased().dropLast()).quoted
      return "\(amount) or \(amount)/s"
    case .tooLong:
      return "at most \(Unit.greatestLength) characters"
    case .incompatible:
      return "units of the same kind"
    }
  }

  /// One line: what was found, and what would be right.
  public var description: String { "found \(found); expected \(expected)" }
}
