/// The difference of two measurements, for people.
public struct DifferenceReport: Report {
  /// What differs.
  public let value: Difference
  private let names: (before: String, after: String)

  /// - Parameters:
  ///   - difference: what differs.
  ///   - before: the name of the first measurement.
  ///   - after: the name of the second.
  public init(_ difference: Difference, _ before: String, _ after: String) {
    value = difference
    names = (before, after)
  }

  /// What is compared, and how much of it differs.
  public var headline: String? {
    let counts = [
      value.settings.count.counted("setting"), value.figures.count.counted("figure"),
      value.peak.count.counted("place") + " at the peak",
      value.savedForBackward.count.counted("place") + " saved for backward",
    ]
    let finding = value.isEmpty ? "no difference" : counts.joined(separator: ", ") + " differ"
    return "\(names.before) → \(names.after): \(finding)"
  }

  /// The settings, the figures, and the tensors that make them.
  public var tables: [Table] {
    [
      settings, figures, places("Tensors at the peak", value.peak),
      places("Tensors saved for backward", value.savedForBackward),
    ].filter { !$0.rows.isEmpty }
  }

  private var settings: Table {
    Table(
      "Settings", [.text("field"), .text("before"), .text("after")],
      value.settings.map { [$0.field, $0.before, $0.after] })
  }

  private static let columns: [Table.Column] = [
    .number("before"), .number("after"), .number("difference").tinted(Tint.ofDifference),
    .number("of before"),
  ]

  private static func cells(_ before: Int, _ after: Int) -> [String] {
    let share =
      before == 0
      ? "new" : ((Double(after) - Double(before)) / Double(before)).percent(1)
    return [
      before.grouped, after.grouped, after.difference(from: before), after == 0 ? "gone" : share,
    ]
  }

  private var figures: Table {
    Table(
      "Figures", [.text("figure")] + Self.columns,
      value.figures.map { [$0.figure] + Self.cells($0.before, $0.after) })
  }

  private func places(_ title: String, _ places: [Difference.Place]) -> Table {
    Table(
      "\(title), in bytes", [.text("category"), .text("path"), .text("role")] + Self.columns,
      places.map {
        [$0.category.rawValue, $0.path, $0.role.rawValue] + Self.cells($0.before, $0.after)
      })
  }

  /// Every difference on a line of its own.
  public var records: Table {
    let places = [("peak", value.peak), ("savedForBackward", value.savedForBackward)]
    let rows =
      value.settings.map { ["settings", $0.field, $0.before, $0.after] }
      + value.figures.map { ["figures", $0.figure, String($0.before), String($0.after)] }
      + places.flatMap { name, places in
        places.map { place in
          [
            name, "\(place.category.rawValue) \(place.path) \(place.role.rawValue)",
            String(place.before), String(place.after),
          ]
        }
      }
    return Table(
      nil, [.text("part"), .text("of"), .number("before"), .number("after")], rows)
  }
}
