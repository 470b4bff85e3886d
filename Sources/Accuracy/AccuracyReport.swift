import Foundation
import Projection
import Reporting

/// Predicted beside measured, set by set.
struct AccuracyReport: Report {
  let sets: [EvaluatedSet]
  let examples: [WorkedExample]

  /// What is written as JSON.
  struct Value: Encodable {
    let schema = "assay.accuracy.v1"
    let sets: [Part]
    let workedExamples: [WorkedExample]
    let constants = TimeConstant.all
    let unpredicted = Unpredicted.all

    struct Part: Encodable {
      let title: String
      let about: String
      let summaries: [Summary]
      let comparisons: [Comparison]
      let refusals: [Outcome.Refusal]
    }
  }

  var value: Value {
    Value(
      sets: sets.map {
        Value.Part(
          title: $0.title, about: $0.about, summaries: Summary.all(of: $0.comparisons),
          comparisons: $0.comparisons, refusals: $0.refusals)
      }, workedExamples: examples)
  }

  var headline: String? { "What Assay predicts, beside what was measured" }

  var tables: [Table] {
    [summary, worked, constants, unpredicted]
      + sets.flatMap { [about($0), rows($0)] + refusals($0) }
  }

  var brief: [Table] { sets.flatMap { [rows($0)] + refusals($0) } + [summary] }

  var summary: Table {
    let lines = sets.flatMap { set in
      Summary.all(of: set.comparisons).map { summary in
        [
          set.title, summary.quantity, summary.rows, String(summary.count),
          summary.median.percent, summary.mean.percent, summary.worst.percent,
        ]
      }
    }
    return Table(
      "Errors without their signs",
      [
        .text("set"), .text("quantity"), .text("rows"), .number("count"), .number("median"),
        .number("mean"), .number("worst"),
      ], lines)
  }

  private var worked: Table {
    Table(
      "Worked examples of textbooks",
      [
        .text("example"), .text("quantity"), .number("as the text reckons"), .text("formula"),
        .number("as it is"), .text("unit"), .number("error"), .text("as it is, by"),
      ],
      examples.map {
        [
          $0.example, $0.quantity, $0.reckoned.fourDigits, $0.formula, $0.actual.fourDigits,
          $0.unit, $0.error.signedPercent, $0.source,
        ]
      })
  }

  /// The constants of the time model, each with the rows that it was taken from.
  private var constants: Table {
    Table(
      "Constants of the model of time",
      [.text("constant"), .number("value"), .text("from")],
      TimeConstant.all.map { [$0.name, String(format: "%g", $0.value), $0.source] })
  }

  private var unpredicted: Table {
    Table(
      "Not predicted", [.text("published in"), .text("rows"), .text("why")],
      Unpredicted.all.map { [$0.source, $0.rows, $0.reason] })
  }

  private func about(_ set: EvaluatedSet) -> Table {
    Table(set.title, [.text("Measured, and predicted, as follows")], [[set.about]])
  }

  private func refusals(_ set: EvaluatedSet) -> [Table] {
    guard !set.refusals.isEmpty else { return [] }
    return [
      Table(
        "\(set.title), refused", [.text("row"), .text("why")],
        set.refusals.map { [$0.row, $0.reason] })
    ]
  }

  private func rows(_ set: EvaluatedSet) -> Table {
    Table(
      "\(set.title), row by row",
      [
        .text("row"), .text("quantity"), .number("predicted"), .number("measured"), .text("unit"),
        .number("error"), .text(""),
      ],
      set.comparisons.map { comparison in
        let quantity = comparison.quantity
        return [
          comparison.row, quantity.rawValue, quantity.text(comparison.predicted),
          quantity.text(comparison.measured), quantity.unit, comparison.error.signedPercent,
          comparison.use.mark,
        ]
      })
  }

  var records: Table {
    Table(
      nil,
      [
        .text("set"), .text("row"), .text("quantity"), .number("predicted"), .number("measured"),
        .number("error"), .text("use"), .text("source"),
      ],
      sets.flatMap { set in
        set.comparisons.map {
          [
            set.title, $0.row, $0.quantity.rawValue, "\($0.predicted)", "\($0.measured)",
            "\($0.error)", $0.use.mark, $0.source,
          ]
        }
      })
  }
}

extension Comparison.Quantity {
  /// A value in the unit, to the decimals that are worth reading.
  func text(_ value: Double) -> String { String(format: "%.\(decimals)f", value / scale) }
}

extension Double {
  fileprivate var percent: String { String(format: "%.2f %%", 100 * self) }
  fileprivate var fourDigits: String { String(format: "%.4g", self) }
  fileprivate var signedPercent: String { String(format: "%+.2f %%", 100 * self) }
}
