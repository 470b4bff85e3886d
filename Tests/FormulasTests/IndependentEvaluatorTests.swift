import Foundation
import Formulas
import Testing

/// `Tests/Fixtures/make_expressions.py` has a parser and an evaluator of its own, in Python. It and
/// this package agree on what a text means.
@Suite struct IndependentEvaluatorTests {
  struct Case: Decodable {
    let text: String
    let values: [String: Rational]
    /// A fraction, `true`, `false`, or nil where there is no value.
    let result: String?
  }

  @Test func `three hundred random expressions have the values that Python gives`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/expressions.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count == 300)
    for fixture in cases {
      #expect(result(of: fixture) == fixture.result, "\(fixture.text) at \(fixture.values)")
    }
  }

  private func result(of fixture: Case) -> String? {
    do {
      let expression = try Expression(parsing: fixture.text)
      if expression.isComparison { return "\(try expression.isTrue(at: fixture.values))" }
      let value = try expression.evaluated(at: fixture.values)
      return value.isExact ? value.description : "inexact"
    } catch is EvaluationError {
      return nil
    } catch {
      return "\(error)"
    }
  }
}
