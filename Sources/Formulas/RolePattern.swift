import Catalogue

/// A set of tensor roles by name, in which `*` stands for any letters: `attention.*`.
public struct RolePattern: Codable, Sendable, Hashable {
  /// The name with its stars.
  public let pattern: String

  /// The roles that a name with stars matches.
  public init(_ pattern: String) {
    self.pattern = pattern
  }

  /// Reads the text that `pattern` is.
  public init(from decoder: any Decoder) throws {
    pattern = try decoder.parsed("a role") { $0 }
  }

  /// Writes `pattern`.
  public func encode(to encoder: any Encoder) throws {
    try encoder.encode(text: pattern)
  }

  /// Whether a role is in the set.
  public func matches(_ role: TensorRole) -> Bool {
    Glob(pattern).matches(role.rawValue)
  }

  /// All roles in the set.
  public var roles: [TensorRole] { TensorRole.allCases.filter(matches) }
}
