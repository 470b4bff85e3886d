/// A pattern of letters in which `*` stands for any letters, and for none.
public struct Glob: Sendable, Hashable {
  private let pattern: String

  /// - Parameter pattern: with its stars.
  public init(_ pattern: String) { self.pattern = pattern }

  /// Whether the whole of a text is of this pattern.
  public func matches(_ text: String) -> Bool { Self.matches(text[...], pattern[...]) }

  private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(name, pattern.dropFirst())
        || !name.isEmpty && matches(name.dropFirst(), pattern)
    }
    return name.first == first && matches(name.dropFirst(), pattern.dropFirst())
  }
}
