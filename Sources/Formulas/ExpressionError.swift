import Catalogue

/// Text that is no expression: where it stops making sense, what stands there, and what would be
/// right.
public struct ExpressionError: Error, Hashable, Sendable {
  /// Where the text comes from: a file, an option.
  public let origin: String
  /// The line of the text, from 1.
  public let line: Int
  /// The character of the line, from 1.
  public let column: Int
  /// The line itself, for showing.
  public let source: String
  /// What stands there.
  public let found: String
  /// What would be right.
  public let expected: String
}

extension ExpressionError: CustomStringConvertible {
  /// One line that says it all, then the source with a caret below the place.
  public var description: String {
    """
    \(origin.escaped):\(line):\(column): found \(found); expected \(expected)
    \(excerpt)
    \(caretLine)
    """
  }

  /// Characters that are shown before the place, and from it on.
  private static let reach = 60

  /// Of a long line the surroundings of the place. What cannot be seen has the width of a letter, so
  /// that the caret stands right; tabs stay tabs, which are right at any width.
  private var excerpt: String {
    let shown = source.dropFirst(column - 1 - before.count).prefix(before.count + Self.reach)
    return String(shown.map(Self.visible))
  }

  private var caretLine: String {
    before.map { $0 == "\t" ? "\t" : " " }.joined() + "^"
  }

  private var before: Substring { source.prefix(column - 1).suffix(Self.reach) }

  private static func visible(_ character: Character) -> Character {
    let text = String(character)
    return text == "\t" || text.escaped == text ? character : "\u{FFFD}"
  }
}
