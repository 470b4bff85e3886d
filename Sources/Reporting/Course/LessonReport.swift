/// A lesson as a report: text without pauses; its claims, where programs read it.
public struct LessonReport: Report {
  /// The lesson.
  public let value: TaughtLesson

  /// - Parameter lesson: with the figures of its runs.
  public init(_ lesson: TaughtLesson) { value = lesson }

  /// No line of its own: the title is in the text.
  public var headline: String? { nil }

  /// The claims, judged.
  public var tables: [Table] { [records] }

  /// The claims, judged.
  public var records: Table {
    Table(
      nil,
      [
        .text("claim"), .text("formula"), .number("computed"), .number("measured"),
        .verdict,
      ],
      value.claims.map { claim in
        [
          claim.statement, claim.expression ?? "", claim.computed.map { "\($0.value)" } ?? "",
          claim.measured.map { "\($0.value)" } ?? "", claim.verdict.rawValue,
        ]
      })
  }

  /// The lesson in a format; text and Markdown are for people.
  public func rendered(as format: Format, on page: TextPage) throws -> String {
    switch format {
    case .text: value.text(width: min(80, page.width)).joined(separator: "\n")
    case .markdown: value.markdown
    case .csv: records.csv + "\n"
    case .json: try json()
    }
  }
}
