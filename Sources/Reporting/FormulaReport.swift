import Formulas
import Verification

/// A formula that was recovered from runs, for people.
public struct FormulaReport: Report {
  /// The formula.
  public let value: Formula

  /// - Parameter formula: what was recovered.
  public init(_ formula: Formula) { value = formula }

  /// What it is of, and what it rests on.
  public var headline: String? {
    let (formula, recipe) = (value, value.recipe)
    var parts = [
      recipe.precision.rawValue, "\(recipe.attention.rawValue) attention",
      "recompute \(recipe.recompute.rawValue)", "convention \(recipe.convention.name)",
      recipe.optimizer.rawValue,
    ]
    if recipe.dropout > 0 { parts.append("dropout \(recipe.dropout)") }
    parts += formula.relations.map { $0.typeset }
    return "\(formula.quantity), \(formula.unit)s, \(formula.scope) of models like "
      + "\(formula.model) (\(parts.joined(separator: ", "))), from "
      + "\(formula.runs.counted("run")), of which \(formula.realRuns) computed; "
      + "no residual in \(formula.heldOutRuns) others"
  }

  /// The formula, its terms, and where it does not hold.
  public var tables: [Table] {
    var tables: [Table] = []
    if let pieces = value.pieces {
      for (number, piece) in pieces.enumerated() {
        tables.append(
          Self.formula(
            "Piece \(number + 1): \(piece.moment)",
            piece.expression.typeset, piece.region.map(\.typeset)))
        tables.append(Self.terms(piece.terms))
      }
    } else {
      tables = [Self.formula("Formula", value.typographic, []), Self.terms(value.terms)]
    }
    return value.exceptions.isEmpty ? tables : tables + [exceptions]
  }

  /// The terms; of a formula in pieces, with the number of the piece.
  public var records: Table {
    let pieces = value.pieces?.map(\.terms) ?? [value.terms]
    return Table(
      nil,
      [
        .number("piece"), .text("monomial"), .number("coefficient"), .text("role"),
        .number("share"),
      ],
      pieces.enumerated().flatMap { number, terms in
        terms.flatMap { term in
          term.roles.sorted { $0.key < $1.key }.map { role, share in
            [
              "\(number + 1)", term.monomial, term.coefficient.description, role,
              share.description,
            ]
          }
        }
      })
  }

  private static func formula(_ title: String, _ sum: String, _ region: [String]) -> Table {
    Table(title, [.text("")], [[sum]] + region.map { ["where \($0)"] })
  }

  private static func terms(_ terms: [Formula.Term]) -> Table {
    Table(
      "Terms", [.text("product"), .number("coefficient"), .text("of which")],
      terms.map { term in
        [
          term.monomial.typeset, term.coefficient.description,
          term.roles.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", "),
        ]
      })
  }

  private var exceptions: Table {
    Table(
      "Does not hold for", [.text("sizes"), .text("of"), .number("measured"), .number("formula")],
      value.exceptions.map {
        [
          $0.at.listed, $0.part, $0.measured.grouped, $0.computed.description,
        ]
      })
  }
}

extension String {
  /// The text of an expression as readers know it.
  var typeset: String { (try? Expression(parsing: self).typographic) ?? self }
}
