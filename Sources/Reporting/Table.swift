/// Rows under headings: the one form in which every report is written, whatever the format.
public struct Table: Sendable {
  /// What the table shows; nil where it speaks for itself.
  public let title: String?
  /// The headings.
  public let columns: [Column]
  /// The cells, as many in each row as there are columns.
  public let rows: [[String]]

  /// A heading, the side on which its cells line up, and what their colour says.
  public struct Column: Sendable {
    let heading: String
    let isNumeric: Bool
    var tint: (@Sendable (_ cell: String) -> Tint?)?

    /// Words, which line up on the left.
    public static func text(_ heading: String) -> Column {
      Column(heading: heading, isNumeric: false)
    }

    /// Numbers, which line up on the right.
    public static func number(_ heading: String) -> Column {
      Column(heading: heading, isNumeric: true)
    }

    /// Verdicts.
    static let verdict = Column(heading: "verdict", isNumeric: false, tint: Tint.ofVerdict)

    /// The same with colours.
    func tinted(_ tint: @escaping @Sendable (_ cell: String) -> Tint?) -> Column {
      Column(heading: heading, isNumeric: isNumeric, tint: tint)
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

  /// The same without the columns of these headings.
  func without(_ headings: Set<String>) -> Table {
    let kept = columns.indices.filter { !headings.contains(columns[$0].heading) }
    return Table(title, kept.map { columns[$0] }, rows.map { row in kept.map { row[$0] } })
  }
}
