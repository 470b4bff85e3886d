import Verification

/// What a colour says, besides the word or the sign that says it, too: not everybody sees colours.
enum Tint: String, Sendable {
  case good = "32"
  case doubtful = "33"
  case bad = "31"
  case faint = "2"

  /// The text between the codes that turn the colour on and off (ECMA-48, select graphic rendition).
  func callAsFunction(_ text: String) -> String {
    text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
  }

  /// Of a cell that is a verdict.
  @Sendable static func ofVerdict(_ cell: String) -> Tint? {
    switch Verdict(rawValue: cell) {
    case .exact, .bounded: .good
    case .conventional: .doubtful
    case .refuted, .slip: .bad
    case .notMeasurable: .faint
    case nil: nil
    }
  }

  /// Of a cell that is a difference: more is bad, less is good.
  @Sendable static func ofDifference(_ cell: String) -> Tint? {
    switch cell.first {
    case "+": .bad
    case "-": .good
    default: nil
    }
  }

  /// Of a cell that should be 0, or have nothing to say.
  @Sendable static func ofResidual(_ cell: String) -> Tint? {
    ["0", "–", ""].contains(cell) ? nil : .bad
  }
}
