import Catalogue
import Formulas

/// How to write claims of one's own: the text of `assay help claims`. Its lists are those that the
/// reader of claims accepts.
enum ClaimsGuide {
  static let text = """
    A file of claims, for --claims here and for `assay verify`, is YAML:

    \(example)

    expression: + - * / ^, parentheses, \(list(Expression.Function.self)), and numbers such as \
    34, 1.5, 2^30. A claim without an expression may state a number alone, with claimed.
    Symbols: \(symbols).
    quantity: \(list(Claim.Subject.self)).
    kind: \(list(Claim.Kind.self)).
    measure: what of a run the claim is about.
      quantity: \(list(Claim.Measured.self)).
      scope: \(list(Claim.Scope.self)).
      roles: patterns such as attention.* of the tensors that count; all of them if left out. \
    `assay measure` lists roles.
      in: the unit, such as \(units).
    Further fields, if they are needed: terms (term, covers), where, inputs, model (a preset), \
    conventions (\(Convention.all.map(\.name).joined(separator: ", "))), recipe (attention, \
    dropout, accumulate, recompute), approximate, tolerance, regime, notMeasurable.
    """

  private static let example = """
    document: mine
    title: Notes on GPT-2
    claims:
    - id: mine.1
      statement: A layer has 12h² parameters.
      quantity: parameters
      kind: formula
      unit: parameter
      expression: 12*h^2
      measure: { quantity: parameters, scope: block, in: parameter }
    - id: mine.2
      statement: GPT-2 has 124 million parameters.
      quantity: parameters
      kind: example
      unit: parameter
      model: gpt2
      inputs: { h: 768, l: 12 }
      claimed: "124M"
      measure: { quantity: parameters, scope: model, in: parameter }
    """

  private static let units = "parameter, element, byte, FLOP"

  private static var symbols: String {
    StandardSymbol.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
  }

  private static func list<Choice: CaseIterable & RawRepresentable>(_: Choice.Type) -> String
  where Choice.RawValue == String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}
