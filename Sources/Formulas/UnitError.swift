/// A unit that cannot be read, or two that cannot be compared.
public enum UnitError: Error, Hashable, Sendable {
  /// No unit has that name.
  case unknown(String, in: String, suggestion: String?)
  /// A name that some use for an amount of work and others for a rate.
  case ambiguousFLOPS(String)
  /// The two count different things.
  case incompatible(Unit, Unit)
}

extension UnitError: CustomStringConvertible {
  /// One line: what was found, and what would be right.
  public var description: String {
    switch self {
    case .unknown(let name, let text, let suggestion):
      let place = name == text ? "" : " in \(text)"
      let examples = "a unit such as byte, GB, GiB, parameter, TFLOP/s or day"
      return "found \(name.isEmpty ? "nothing" : name)\(place); "
        + "expected \(suggestion ?? examples)"
    case .ambiguousFLOPS(let name):
      let amount = name.uppercased().dropLast()
      return "found \(name), which some use for work and others for a rate; "
        + "expected \(amount) or \(amount)/s"
    case .incompatible(let unit, let other):
      return "found \(unit), which does not convert to \(other)"
    }
  }
}
