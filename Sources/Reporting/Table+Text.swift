extension Table {
  /// Columns of a page of text: what a wide terminal has, and what a mail or a commit can quote.
  static let pageWidth = 100
  /// Below this, words would be cut.
  private static let narrowest = 12
  private static let margin = "  "

  /// Aligned with spaces, for a terminal. Where a line would be longer than the page, the widest
  /// columns of words are folded.
  public var text: String {
    let widths = fitted(columns.indices.map(naturalWidth))
    let hasHeadings = columns.contains { !$0.heading.isEmpty }
    let head = hasHeadings ? lines(columns.map(\.heading), widths) : []
    return ((title.map { [$0] } ?? []) + head + rows.flatMap { lines($0, widths) })
      .joined(separator: "\n")
  }

  private func naturalWidth(_ column: Int) -> Int {
    rows.reduce(columns[column].heading.count) { max($0, $1[column].count) }
  }

  /// Takes from the widest column of words, one character at a time, until a line fits the page.
  private func fitted(_ widths: [Int]) -> [Int] {
    var widths = widths
    while widths.reduce(0, { $0 + $1 + Self.margin.count }) > Self.pageWidth {
      let foldable = columns.indices.filter {
        !columns[$0].isNumeric && widths[$0] > Self.narrowest
      }
      guard let widest = foldable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func lines(_ cells: [String], _ widths: [Int]) -> [String] {
    let folded = cells.indices.map { cells[$0].folded(to: widths[$0]) }
    return (0..<(folded.map(\.count).max() ?? 1)).map { index in
      var line = ""
      for column in cells.indices {
        let cell = index < folded[column].count ? folded[column][index] : ""
        let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
        line += Self.margin + (columns[column].isNumeric ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension String {
  /// Lines of at most that many characters, broken between words where words allow.
  func folded(to width: Int) -> [String] {
    guard count > width, width > 0 else { return [self] }
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      var word = word
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      while word.count > width {
        lines.append(String(word.prefix(width)))
        word = word.dropFirst(width)
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return lines + [line]
  }
}
