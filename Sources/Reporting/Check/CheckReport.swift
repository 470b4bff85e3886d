/// What is not as a baseline has it, for people; in Markdown, a summary for a job of GitHub Actions.
public struct CheckReport: Report {
  /// The changes.
  public let value: BaselineCheck

  /// - Parameter check: the changes.
  public init(_ check: BaselineCheck) { value = check }

  /// How many facts changed.
  public var headline: String? {
    let facts = value.facts.counted("fact")
    return value.changes.isEmpty
      ? "\(facts), all as in \(value.baseline)"
      : "\(value.changes.count.grouped) of \(facts) differ from \(value.baseline)"
  }

  /// A table for each kind of facts that has changes.
  public var tables: [Table] { tables(most: .max) }

  /// The first changes of each kind.
  public var brief: [Table] { tables(most: 12) }

  private func tables(most: Int) -> [Table] {
    Baseline.Kind.allCases.compactMap { kind in
      let all = value.changes.filter { $0.kind == kind }
      guard !all.isEmpty else { return nil }
      let changes = all.prefix(most)
      let rest = all.count - changes.count
      return Table(
        kind.title + (rest > 0 ? ", and \(rest.grouped) more" : ""),
        [.text("of"), .text("fact")] + kind.columns,
        changes.map { change in
          [
            change.subject, change.fact, change.before ?? "absent", change.after ?? "absent",
            change.difference,
          ]
        })
    }
  }

  /// Every change on a line of its own.
  public var records: Table {
    Table(
      nil, [.text("kind"), .text("of"), .text("fact"), .text("before"), .text("now")],
      value.changes.map {
        [$0.kind.rawValue, $0.subject, $0.fact, $0.before ?? "", $0.after ?? ""]
      })
  }
}

extension Baseline.Kind {
  /// Of what was, what is, and the difference.
  fileprivate var columns: [Table.Column] {
    let difference = Table.Column.number("difference").tinted(Tint.ofDifference)
    switch self {
    case .counts, .bytes: return [.number("before"), .number("now"), difference]
    case .verdicts:
      let (before, now) = (Table.Column.text("before"), Table.Column.text("now"))
      return [before.tinted(Tint.ofVerdict), now.tinted(Tint.ofVerdict), .text("difference")]
    case .formulas: return [.text("before"), .text("now"), .text("difference")]
    }
  }

  fileprivate var title: String {
    switch self {
    case .counts: "Parameters"
    case .verdicts: "Verdicts"
    case .formulas: "Formulas"
    case .bytes: "Bytes and FLOPs"
    }
  }
}
