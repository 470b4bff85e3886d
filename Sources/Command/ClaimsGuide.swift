import Catalogue
import Formulas

/// How to write claims of one's own: the text of `assay help claims`. Its lists are those that the
/// reader of claims accepts.
enum ClaimsGuide {
  static let text = """
    A file of claims, for --claims here and for `assay verify`, is YAML:

    \(indented(example))

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
    measures, instead of measure: several measurements by name, each with its own recipe, model, \
    shape and at (sizes) if it has any. Either measured makes a number of them, in the claim's \
    unit, or the expression compares them:

    \(indented(comparison))

    readings: what the statement could mean, each with a name and one of recipe, shape, where, \
    unit. A claim that is right in some of them only is conventional.
    parts: the parts that the source itself lists, whatever they add up to. restates: ids of \
    claims that say the same.
    Further fields, if they are needed: terms (term, covers), where, inputs (with a unit if they \
    have one: 80 GB), model (a preset), shape (family \(list(Claim.ShapeOptions.Family.self)); \
    tied; biases), conventions (\(Convention.all.map(\.name).joined(separator: ", "))), recipe \
    (options as of `assay measure`), approximate, tolerance, regime, notMeasurable.
    """

  private static let comparison = """
    - id: mine.3
      statement: Gradient descent keeps less than Adam.
      quantity: optimizer
      kind: fact
      unit: byte
      expression: momentum < adam
      measures:
        momentum: { quantity: optimizerState, scope: model, in: byte, recipe: { optimizer: momentum } }
        adam: { quantity: optimizerState, scope: model, in: byte, recipe: { optimizer: adam } }
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

  /// As what is shown, not read.
  private static func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
  }

  private static let units = "parameter, element, byte, FLOP"

  private static var symbols: String {
    StandardSymbol.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
  }

  private static func list<Choice: CaseIterable & RawRepresentable>(_: Choice.Type) -> String
  where Choice.RawValue == String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}
