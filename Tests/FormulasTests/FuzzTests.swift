import Catalogue
import Foundation
import Formulas
import Testing

/// Thousands of texts that are almost right. Whatever comes out of them is a value, or an error that
/// names its place on one line; never a crash, and never a wait.
///
/// `ASSAY_FUZZ=1000000 swift test … --filter FuzzTests` tries a million of each. A case depends on its
/// number alone, so that a failure can be found again.
@Suite(.timeLimit(.minutes(FuzzSize.minutes))) struct FuzzTests {
  // MARK: - Expressions

  private static let expressions = [
    "12*h^2 + 13*h", "l*(12*h^2 + 13*h) + V*h + T*h", "s*b*h*l*(10 + 24/t + 5*a*s/(h*t))",
    "16*P > 80e9", "2^3^2 - -4", "sqrt(h/a) + floor(s/2)", "min(1, 2.5, x_1) >= 0.25e-3",
    "((1_000 + a)*(b - 2))^-3", "abs(3 - max(a, b))/ceil(7/2)", "h = 2*s", "1/(h - h)",
  ]
  private static let expressionWords = [
    "(", ")", "^", "-", "+", "*", "/", ",", "<", ">=", "=", "h", "s", "0", "1", "9", "1e9", "e",
    ".",
    "_", "sqrt(", "max(", "²", "·", "\n", "\t", " ", "\u{1B}", "\0", "é", "👩‍👩‍👧", "\u{202E}", "1e-60",
    "99999999999999999999", "^-1", "((((((((", "--------", "^9^9^9",
  ]
  private static let values: [String: Rational] = [
    "h": 768, "s": 1024, "b": 2, "a": 12, "l": 12, "V": 50257, "T": 1024, "t": 8, "P": 124_000_000,
    "x_1": Rational(1, 3),
  ]

  @Test func `mutated expressions are read, or refused with their place`() {
    for number in 0..<(FuzzSize.wanted ?? 20_000) {
      var mutation = Mutation(seed: number, words: Self.expressionWords)
      let text = mutation.mutated(of: Self.expressions)
      do throws(ExpressionError) {
        check(try Expression(parsing: text), text, number)
      } catch {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let isInside =
          lines.indices.contains(error.line - 1)
          && (1...lines[error.line - 1].count + 1).contains(error.column)
        let message = error.found + error.expected
        guard isInside, message.escaped == message, message.count < 400,
          !"\(error)".contains("\u{1B}")
        else {
          Issue.record("case \(number): \(text.escaped): \(error)")
          continue
        }
      }
    }
  }

  /// Printing loses nothing; computing and multiplying out agree, or say why not.
  private func check(_ expression: Expression, _ text: String, _ number: Int) {
    let printed = expression.description
    do throws(ExpressionError) {
      guard try Expression(parsing: printed) == expression else {
        Issue.record("case \(number): \(text.escaped) prints as \(printed)")
        return
      }
    } catch {
      // With spaces and parentheses it may be too much for the parser.
      let isBound = error.expected.hasPrefix("at most") || error.expected.hasPrefix("fewer")
      if !isBound { Issue.record("case \(number): \(text.escaped) prints as \(printed)") }
      return
    }
    _ = expression.typographic
    guard let polynomial = try? Polynomial(expression) else { return }
    let value = Result { try expression.evaluated(at: Self.values).value }
    let sum = Result { try polynomial.evaluated(at: Self.values) }
    if let value = try? value.get(), let sum = try? sum.get(), value != sum {
      Issue.record("case \(number): \(text.escaped) is \(value), multiplied out \(sum)")
    }
  }

  // MARK: - Files of claims

  private static let files = [
    """
    document: d
    title: A title
    source: arXiv
    claims:
    - id: a.1
      section: "2.1"
      statement: A layer has 12h² + 13h parameters.
      quantity: parameters
      kind: component-sum
      unit: parameter
      expression: 2*h*f + f + h
      terms:
      - { term: 2*h*f, covers: [mlp.up.weight, mlp.down.weight] }
      - { term: f + h, covers: [mlp.up.bias, mlp.down.bias] }
      where: { f: 4*h }
      measure: { quantity: parameters, scope: block, roles: ["mlp.*"], in: parameter }
      conventions: [textbook, llm.c]
      recipe: { dropout: 0.1, attention: eager, accumulate: 4 }
      approximate: true
      tolerance: 5%
      regime: "h >= 10"
    """,
    """
    document: "e"
    title: Another
    claims:
    - { id: b, statement: x, quantity: time, kind: fact, notMeasurable: history }
    - id: c
      statement: >
        It takes
        about 34 days.
      quantity: time
      kind: example
      unit: day
      expression: 8*T*P/(n*X)/86400
      inputs: { T: 300e9, P: 175e9, n: 1024, X: 140e12 }
      claimed: "~34 days"
    """,
  ]
  private static let fileWords =
    expressionWords + [
      ":", "- ", "  ", "\n", "\n- ", "\n  ", "[", "]", "{", "}", "\"", "'", "|", ">", "#", "&a ",
      "*a", "!!int ", "? ", "%", "\\", "null", "~", "---", "...", "<<: ", "\u{FEFF}", "\r",
      "- id: a\n",
      "h: 0", "inputs: {h: 1}", "1e400", "GiB", "expression: h\n  ",
    ]

  @Test func `mutated files of claims are read, or refused on one line`() throws {
    for number in 0..<(FuzzSize.wanted ?? 10_000) {
      var mutation = Mutation(seed: number, words: Self.fileWords)
      let text = mutation.mutated(of: Self.files)
      do throws(ClaimError) {
        let catalogue = try ClaimCatalogue(files: [("f.yaml", Array(text.utf8))])
        for claim in catalogue.claims { check(claim, number) }
      } catch {
        let message = error.description
        guard message.hasPrefix("f.yaml:"), message.escaped == message, message.count < 800 else {
          Issue.record("case \(number): \(message)")
          continue
        }
      }
    }
  }

  /// A claim that was read has an arithmetic, and names that can be printed.
  private func check(_ claim: Claim, _ number: Int) {
    let texts = [claim.id, claim.statement, claim.section ?? "", claim.notMeasurable ?? ""]
    let isArithmetic = (try? claim.arithmetic) != nil
    if !isArithmetic || texts.contains(where: { $0.escaped != $0 }) {
      Issue.record("case \(number): claim \(claim.id.escaped)")
    }
    _ = try? claim.computed(Self.values)
    _ = try? claim.isInRegime(Self.values)
  }

  @Test func `bytes that are not text are refused, too`() {
    for number in 0..<(FuzzSize.wanted ?? 2000) {
      var mutation = Mutation(seed: number, words: [])
      let bytes = mutation.mutatedBytes(of: Self.files)
      do throws(ClaimError) {
        _ = try ClaimCatalogue(files: [("f.yaml", bytes)])
      } catch {
        let message = error.description
        if message.escaped != message { Issue.record("case \(number): \(message)") }
      }
    }
  }
}
