extension Table {
  /// Aligned with spaces, for a file or a pipe.
  public var text: String { text(on: .plain) }

  /// Aligned with spaces. Where a line would be too long, words are folded, headings of numbers,
  /// too; where that is not enough, the columns that are left over stand in a table below, beside
  /// the names of their rows.
  ///
  /// - Parameter page: what it is set for.
  public func text(on page: TextPage) -> String {
    let parts = TableFit(self, width: page.width).parts
    let texts = parts.map { part in
      let hasHeadings = part.columns.contains { !columns[$0].heading.isEmpty }
      let head = hasHeadings ? lines(columns.map(\.heading), part) : []
      return head + rows.flatMap { lines($0, part, page.isColored) }
    }
    let body = texts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    return [title, columns.isEmpty ? nil : body].compactMap(\.self).joined(separator: "\n")
  }

  /// The lines of a row, or of the headings.
  private func lines(
    _ cells: [String], _ part: TableFit.Part, _ isColored: Bool = false
  ) -> [String] {
    let folded = zip(part.columns, part.widths).map { cells[$0].folded(to: $1) }
    return (0..<(folded.map(\.count).max() ?? 1)).map { index in
      var line = ""
      for (place, column) in part.columns.enumerated() {
        let cell = index < folded[place].count ? folded[place][index] : ""
        let padding = String(repeating: " ", count: max(0, part.widths[place] - cell.count))
        let tint = isColored ? columns[column].tint?(cells[column]) : nil
        let shown = tint?(cell) ?? cell
        line += TableFit.margin + (columns[column].isNumeric ? padding + shown : shown + padding)
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
