extension StringProtocol {
  /// The text as a message may repeat it: as `escaped`, and not longer than a line can bear.
  /// `nothing` where there is nothing.
  ///
  /// Whatever a message repeats of its reader's input goes through here. Of a text of more than 60
  /// characters the beginning is shown, and `…`.
  public var quoted: String {
    if isEmpty { return "nothing" }
    var (shown, length) = ("", 0)
    for character in self {
      let escaped = character.escaped
      guard length + escaped.count <= greatestQuotation else { return shown + "…" }
      shown += escaped
      length += escaped.count
    }
    return shown
  }

  /// The text on one line, without anything that a terminal would obey: line ends, control
  /// characters and characters that cannot be seen are shown as Swift writes them, `\n`, `\u{1B}`.
  ///
  /// For names that must not be cut, such as paths. What is escaped already stays as it is.
  public var escaped: String { map(\.escaped).joined() }
}

/// Characters of a quotation: enough for any formula of the literature, and half a line of a
/// terminal beside the place and the remedy.
private let greatestQuotation = 60

extension Character {
  /// What stands for it on a line of text: itself, if it can be seen.
  ///
  /// A base with hundreds of accents is one character, and would cover the lines around it; so a
  /// character of more than eight scalars, which no script needs, is shown by its first.
  fileprivate var escaped: String {
    if unicodeScalars.allSatisfy(\.isHarmless), unicodeScalars.count <= 8 { return String(self) }
    return unicodeScalars.prefix(8).map(\.escaped).joined() + (unicodeScalars.count > 8 ? "…" : "")
  }
}

extension Unicode.Scalar {
  /// Whether a terminal shows it, and does nothing else: no control, no line end, no mark that
  /// turns the direction of writing, and no number without a character.
  fileprivate var isHarmless: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      false
    // Emoji are joined by U+200D; all other format characters are invisible.
    case .format: value == 0x200D
    default: true
    }
  }

  fileprivate var escaped: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\0": "\\0"
    default: isHarmless ? String(self) : "\\u{\(String(value, radix: 16, uppercase: true))}"
    }
  }
}
