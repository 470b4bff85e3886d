extension Table {
  /// A GitHub table.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      let escaped = cells.map { $0.replacing("|", with: "\\|") }
      return "| " + escaped.joined(separator: " | ") + " |"
    }
    let rule = columns.map { $0.isNumeric ? "---:" : "---" }
    let body = [line(columns.map(\.heading)), line(rule)] + rows.map(line)
    return ((title.map { ["### \($0)", ""] } ?? []) + body).joined(separator: "\n")
  }

  /// Comma-separated values (RFC 4180), with a line of headings.
  public var csv: String {
    func cell(_ text: String) -> String {
      // By scalars: as characters, "\r\n" is neither of its two, nor a comma with an accent a comma.
      let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
      guard needsQuotes else { return text }
      return text.unicodeScalars.reduce(into: "\"") { $0 += $1 == "\"" ? "\"\"" : "\($1)" } + "\""
    }
    let lines = [columns.map(\.heading)] + rows
    return lines.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\n")
  }
}
