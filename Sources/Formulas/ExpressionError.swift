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
    \(origin):\(line):\(column): found \(found); expected \(expected)
    \(source)
    \(caretLine)
    """
  }

  /// Tabs stay tabs, so that the caret stands right at any tab width.
  private var caretLine: String {
    source.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined() + "^"
  }
}
