/// Rows under headings: the one form in which every report is written, whatever the format.
public struct Table: Sendable {
  /// What the table shows; nil where it speaks for itself.
  public let title: String?
  /// The headings.
  public let columns: [Column]
  /// The cells, as many in each row as there are columns.
  public let rows: [[String]]

  /// A heading and the side on which its cells line up.
  public struct Column: Sendable {
    let heading: String
    let isNumeric: Bool

    /// Words, which line up on the left.
    public static func text(_ heading: String) -> Column {
      Column(heading: heading, isNumeric: false)
    }

    /// Numbers, which line up on the right.
    public static func number(_ heading: String) -> Column {
      Column(heading: heading, isNumeric: true)
    }
  }

  /// - Parameters:
  ///   - title: nil where the table speaks for itself.
  ///   - columns: the headings.
  ///   - rows: with a cell for each column.
  public init(_ title: String? = nil, _ columns: [Column], _ rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a row lacks cells")
    self.title = title
    self.columns = columns
    self.rows = rows
  }
}

extension Table {
  /// Aligned with spaces, for a terminal.
  public var text: String {
    let widths = columns.indices.map { column in
      rows.map { $0[column].count }.max().map { max($0, columns[column].heading.count) }
        ?? columns[column].heading.count
    }
    func line(_ cells: [String]) -> String {
      var line = "  "
      for (index, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        line += columns[index].isNumeric ? padding + cell + "  " : cell + padding + "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let hasHeadings = columns.contains { !$0.heading.isEmpty }
    let head = (title.map { [$0] } ?? []) + (hasHeadings ? [line(columns.map(\.heading))] : [])
    return (head + rows.map(line)).joined(separator: "\n")
  }

  /// A GitHub table.
  var markdown: String {
    func line(_ cells: [String]) -> String {
      let escaped = cells.map { $0.replacing("|", with: "\\|") }
      return "| " + escaped.joined(separator: " | ") + " |"
    }
    let rule = columns.map { $0.isNumeric ? "---:" : "---" }
    let body = [line(columns.map(\.heading)), line(rule)] + rows.map(line)
    return ((title.map { ["### \($0)", ""] } ?? []) + body).joined(separator: "\n")
  }

  /// Comma-separated values (RFC 4180), with a line of headings.
  var csv: String {
    func cell(_ text: String) -> String {
      let needsQuotes = text.contains { ",\"\r\n".contains($0) }
      return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    let lines = [columns.map(\.heading)] + rows
    return lines.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\n")
  }
}
