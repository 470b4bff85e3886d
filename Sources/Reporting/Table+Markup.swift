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
      let needsQuotes = text.contains { ",\"\r\n".contains($0) }
      return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    let lines = [columns.map(\.heading)] + rows
    return lines.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\n")
  }
}
