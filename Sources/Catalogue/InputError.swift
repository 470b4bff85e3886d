/// Input that cannot be used: which field of which file or option, what was found there, and what
/// would be right. Prints as one line.
public struct InputError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file, or the option, that holds the fault.
  public let origin: String
  /// The field within the file, if it has fields.
  public let field: String?
  /// What was found.
  public let found: String
  /// What would be right.
  public let expected: String

  /// - Parameters:
  ///   - origin: the file or the option.
  ///   - field: the field of the file.
  ///   - found: what was there.
  ///   - expected: what would be right.
  public init(_ origin: String, field: String? = nil, found: String, expected: String) {
    self.origin = origin
    self.field = field
    self.found = found
    self.expected = expected
  }

  /// Place, finding and remedy, in one line.
  public var description: String {
    let place = field.map { "\(origin): \($0)" } ?? origin
    return "\(place): found \(found); expected \(expected)".escaped
  }
}
