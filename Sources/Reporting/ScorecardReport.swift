import Formulas
import Foundation
import Verification

/// An estimator's scorecard, for people.
public struct ScorecardReport: Report {
  /// The scorecard.
  public let value: Scorecard

  /// - Parameter scorecard: the scorecard.
  public init(_ scorecard: Scorecard) { value = scorecard }

  /// The estimator, and what it was asked about.
  public var headline: String? {
    let recipe = value.recipe
    let dropout = recipe.dropout > 0 ? ", dropout \(recipe.dropout)" : ""
    return "\(value.command): \(value.configurations.counted("configuration")) of models like "
      + "\(value.model), \(recipe.precision.rawValue), \(recipe.optimizer.rawValue), "
      + "\(recipe.attention.rawValue) attention, recompute \(recipe.recompute.rawValue), "
      + "convention \(recipe.convention.name)\(dropout)"
  }

  /// The scores, where each is worst, and what is wrong.
  public var tables: [Table] {
    [scores, worst, formulas] + (errors.rows.isEmpty ? [] : [errors, terms])
  }

  /// A line for each quantity.
  public var records: Table {
    Table(
      nil,
      [
        .text("quantity"), .text("unit"), .number("answered"), .number("exact"),
        .number("meanError"), .number("maxError"), .text("error"),
      ],
      value.scores.map {
        [
          $0.quantity, $0.unit, "\($0.answered)", "\($0.exact)", $0.meanError.significant,
          $0.maxError.significant, $0.error?.expression ?? "",
        ]
      })
  }

  private var scores: Table {
    Table(
      "Scores",
      [
        .text("quantity"), .number("answered"), .number("exact"), .number("mean error"),
        .number("greatest"),
      ],
      value.scores.map {
        [
          $0.quantity, "\($0.answered)", "\($0.exact)", $0.meanError.asPercent,
          $0.maxError.asPercent,
        ]
      })
  }

  private var formulas: Table {
    Table(
      "Formulas", [.text("quantity"), .text("estimated is"), .text("measured is")],
      value.scores.map {
        [
          $0.quantity, $0.estimatedFormula?.typeset ?? "no polynomial that was found",
          $0.measuredFormula.map { $0.hasPrefix("max(") ? "a maximum" : $0.typeset }
            ?? "no polynomial",
        ]
      })
  }

  private var worst: Table {
    Table(
      "Worst configurations",
      [
        .text("quantity"), .text("at"), .number("estimated"), .number("measured"), .text("unit"),
      ],
      value.scores.filter { $0.maxError > 0 }.map {
        [
          $0.quantity, "\($0.worst.model): \($0.worst.at.listed)",
          Number?.some($0.worst.estimated).text, Number?.some($0.worst.measured).text, $0.unit,
        ]
      })
  }

  private var errors: Table {
    Table(
      "Estimated - measured", [.text("quantity"), .text("is"), .text("formula")],
      value.scores.compactMap { score in
        if score.maxError == 0 { return nil }
        guard let error = score.error else {
          return [score.quantity, "unexplained", "no sum of a few products of sizes gives it"]
        }
        let except = error.exception.map {
          " at \(error.holds) of \(score.answered), but not at \($0.listed)"
        }
        let kind =
          error.isExact
          ? "exactly\(except ?? "")" : "about (leaves \(error.unexplained.asPercent) of it)"
        return [score.quantity, kind, error.expression.typeset]
      })
  }

  private var terms: Table {
    Table(
      "Terms that are wrong",
      [
        .text("quantity"), .text("product"), .number("estimated"), .number("measured"),
        .text("measured is"),
      ],
      value.scores.flatMap { score in
        (score.error?.terms ?? []).map { term in
          [
            score.quantity, term.monomial.typeset,
            (score.error?.isExact == true ? "" : "about ")
              + (term.coefficient + term.measured).shown,
            term.measured.shown,
            term.roles.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
              .map { "\($0.value.shown) \($0.key)" }.joined(separator: ", "),
          ]
        }
      })
  }
}

extension Rational {
  fileprivate var shown: String { decimalDescription ?? description }
}

extension Double {
  /// As a percentage to three significant digits.
  fileprivate var asPercent: String {
    self == 0 ? "0 %" : String(format: "%.3g", 100 * self) + " %"
  }
}
