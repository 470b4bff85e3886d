import Catalogue

/// Text that is not a number as a source would print it.
public enum PrintedNumberError: Error, Hashable, Sendable {
  /// It does not begin with a number, or the commas are not in their places.
  case noNumber(String)
  /// It has more digits than any quantity.
  case tooLong(String)
  /// What follows the number is not a unit.
  case unit(UnitError, in: String)
  /// The upper end of the range is not above the lower one.
  case emptyRange(String)
}

extension PrintedNumberError: CustomStringConvertible {
  /// What was found.
  var found: String {
    switch self {
    case .noNumber(let text), .tooLong(let text), .emptyRange(let text): text.quoted
    case .unit(let error, _): error.found
    }
  }

  /// What would be right.
  var expected: String {
    switch self {
    case .noNumber: "a number such as 6,442,450,944, 175B, ~34 days or 1.32 GiB"
    case .tooLong: Numeral.expectation
    case .unit(let error, let text): "\(error.expected), in \(text.quoted)"
    case .emptyRange: "a range that ends above its beginning"
    }
  }

  /// One line: what was found, and what would be right.
  public var description: String { "found \(found); expected \(expected)" }
}
