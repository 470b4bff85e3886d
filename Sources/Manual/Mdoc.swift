/// Writes the language of manual pages, mdoc(7): a line is a macro if it begins with a point.
struct Mdoc {
  /// What is written so far.
  private(set) var text: String

  /// Begins a page.
  ///
  /// - Parameters:
  ///   - title: what it is about.
  ///   - abstract: that in a sentence.
  ///   - date: of the page, such as `November 21, 2026`.
  init(title: String, abstract: String?, date: String) {
    text = """
      .Dd \(date)
      .Dt \(title.uppercased()) 1
      .Os
      .Sh NAME
      .Nm \(title)
      .Nd \((abstract ?? "").withoutFullStop.mdocText)

      """
  }

  /// A line of its own.
  mutating func macro(_ line: String) { text += ".\(line)\n" }

  mutating func section(_ title: String) { macro("Sh \(title.uppercased())") }

  /// Prose between empty lines, whose lines stay lines; what is indented is shown as it stands.
  mutating func paragraphs(_ prose: String) {
    for (index, paragraph) in prose.mdocParagraphs.enumerated() {
      if paragraph.hasPrefix("  ") {
        macro("Bd -literal -offset indent")
        for line in paragraph.split(separator: "\n", omittingEmptySubsequences: false) {
          text += String(line.dropFirst(4)).mdocText + "\n"
        }
        macro("Ed")
      } else {
        if index > 0 { macro("Pp") }
        for (number, line) in paragraph.split(separator: "\n").enumerated() {
          if number > 0 { macro("br") }
          sentences(String(line))
        }
      }
    }
  }

  /// Names with what they mean.
  mutating func list(_ items: (inout Mdoc) -> Void) {
    macro("Bl -tag -width indent")
    items(&self)
    macro("El")
  }

  mutating func item(_ tag: String, _ meaning: String) {
    macro("It \(tag)")
    sentences(meaning)
  }

  /// Other pages of this section of the manual.
  mutating func references(_ names: [String]) {
    for (index, name) in names.sorted().enumerated() {
      macro("Xr \(name) 1" + (index < names.count - 1 ? " ," : ""))
    }
  }

  /// Each on a line of its own, so that the space between them is right.
  private mutating func sentences(_ prose: String) {
    var sentence = ""
    for word in prose.split(separator: " ") {
      if !sentence.isEmpty, sentence.count + word.count > Self.lineLength || sentence.isEnded {
        text += sentence.mdocText + "\n"
        sentence = ""
      }
      sentence += (sentence.isEmpty ? "" : " ") + word
    }
    if !sentence.isEmpty { text += sentence.mdocText + "\n" }
  }

  private static let lineLength = 74
}

extension String {
  /// As text, whose first character is no point and in which a hyphen stays the one of options.
  var mdocText: String {
    let escaped = replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  /// As the argument of a macro.
  var mdocWord: String { replacing(" ", with: "-") }

  fileprivate var isEnded: Bool { hasSuffix(".") || hasSuffix("?") || hasSuffix("!") }

  fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }

  /// Paragraphs, of which those that are indented may have empty lines in them.
  fileprivate var mdocParagraphs: [String] {
    split(separator: "\n\n").map(String.init).reduce(into: []) { paragraphs, paragraph in
      if let last = paragraphs.last, last.hasPrefix("  "), paragraph.hasPrefix("  ") {
        paragraphs[paragraphs.count - 1] = last + "\n\n" + paragraph
      } else {
        paragraphs.append(paragraph)
      }
    }
  }
}
