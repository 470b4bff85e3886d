/// A pattern of letters in which `*` stands for any letters, and for none.
public struct Glob: Sendable, Hashable {
  private let pattern: String

  /// - Parameter pattern: with its stars.
  public init(_ pattern: String) { self.pattern = pattern }

  /// Whether the whole of a text is of this pattern.
  ///
  /// The time is at most that of comparing each letter with each: whatever could be matched after
  /// going back to an earlier star can be matched from the last one, too.
  public func matches(_ text: String) -> Bool {
    var (rest, wanted) = (text[...], pattern[...])
    // What follows the last star, and the text that it is tried on next.
    var retry: (rest: Substring, wanted: Substring)?
    while true {
      if wanted.first == "*" {
        wanted.removeFirst()
        retry = (rest, wanted)
      } else if let letter = rest.first, letter == wanted.first {
        rest.removeFirst()
        wanted.removeFirst()
      } else if rest.isEmpty, wanted.isEmpty {
        return true
      } else {
        guard let (from, after) = retry, !from.isEmpty else { return false }
        (rest, wanted) = (from.dropFirst(), after)
        retry = (rest, wanted)
      }
    }
  }
}
