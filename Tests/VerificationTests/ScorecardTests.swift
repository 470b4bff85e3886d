import Catalogue
import Formulas
import Foundation
import TestSupport
import Testing
import Verification

/// Estimators that are written on the spot, in the language that every machine here has: they answer
/// with formulas of awk, so that what is wrong with them is known.
@Suite struct ScorecardTests {
  /// An estimator that answers each question with an object of awk expressions in l, b, s, h, V, T and a.
  private func scorecard(_ answer: [String: String]) throws -> Scorecard {
    try withTemporaryFolder { folder in
      func size(_ field: String) -> String { "match($0, /\"\(field)\":[0-9]+/); " }
      func read(_ symbol: String, _ field: String) -> String {
        size(field)
          + "\(symbol) = substr($0, RSTART + \(field.count + 3), RLENGTH - \(field.count + 3)); "
      }
      let sizes = [
        ("l", "layers"), ("b", "batch"), ("s", "sequence"), ("h", "hidden"), ("V", "vocabulary"),
        ("T", "positions"), ("a", "heads"),
      ].map { read($0.0, $0.1) }.joined()
      let names = answer.keys.sorted()
      let form = names.map { "\\\"\($0)\\\": %.0f" }.joined(separator: ", ")
      let values = names.compactMap { answer[$0] }.joined(separator: ", ")
      try folder.write("{ \(sizes) printf \"{\(form)}\\n\", \(values) }", to: "estimate.awk")
      let estimator = Estimator(command: ["awk", "-f", folder("estimate.awk")], timeout: 60)
      return try Scorecard(of: estimator, model: ModelShape(named: "gpt2"), Recipe())
    }
  }

  @Test func `an estimator that is right has no error, and its formula is that of the runs`() throws
  {
    let card = try scorecard(["parameters": "l*(12*h*h + 13*h) + V*h + T*h + 2*h"])
    let score = try #require(card.scores.first)
    #expect(card.scores.count == 1 && score.quantity == "parameters")
    #expect(score.exact == score.answered && score.answered == card.configurations)
    #expect(score.meanError == 0 && score.maxError == 0 && score.error == nil)
    #expect(score.measuredFormula == "12*l*h^2 + 13*l*h + V*h + T*h + 2*h")
    #expect(score.estimatedFormula == score.measuredFormula)
  }

  @Test func `the term that is missing is named, with its tensors`() throws {
    let card = try scorecard([
      "parameters": "l*12*h*h + V*h + T*h + 2*h",
      "savedForBackward": "l*(64*b*s*h + 5*a*b*s*s + 16*b*s) + 8*b*s*h + 4*b*s*V + 8*b*s + 4",
    ])
    let parameters = try #require(card.scores.first?.error)
    #expect(parameters.isExact && parameters.exception == nil && parameters.unexplained == 0)
    #expect(parameters.expression == "-13*l*h")
    #expect(parameters.terms.map(\.measured) == [13])
    #expect(parameters.terms.first?.roles["mlp.up.bias"] == 4)
    let saved = try #require(card.scores.last)
    #expect(saved.error?.expression == "l*a*b*s^2")
    #expect(saved.error?.terms.first?.roles == ["attention.probabilities": 4])
    #expect(saved.exact == 0 && saved.maxError > saved.meanError && saved.meanError > 0)
    let excess = saved.worst.estimated.value - saved.worst.measured.value
    let product = ["l", "a", "b", "s", "s"].reduce(1) { $0 * (saved.worst.at[$1] ?? 0) }
    #expect(excess == Rational(product))
  }

  @Test func `an estimator that does something else at some sizes is said to`() throws {
    let card = try scorecard([
      "parameters": "l*(12*h*h + 13*h) + V*h + T*h + 2*h + (b == 1 ? 7 : 5)*h"
    ])
    let error = try #require(card.scores.first?.error)
    #expect(error.isExact && error.expression == "5*h")
    #expect(error.exception?["b"] == 1)
    #expect(error.holds < card.configurations && 2 * error.holds > card.configurations)
  }

  @Test func `a peak is held to the piece that it mostly is`() throws {
    let card = try scorecard(["peak": "16*(l*(12*h*h + 13*h) + V*h + T*h + 2*h)"])
    let score = try #require(card.scores.first)
    #expect(score.estimatedFormula == "192*l*h^2 + 208*l*h + 16*V*h + 16*T*h + 32*h")
    #expect(score.measuredFormula?.hasPrefix("max(") == true)
    // What it has too little is everything that depends on the batch.
    let error = try #require(score.error)
    #expect(error.isExact)
    #expect(error.terms.contains { $0.monomial == "l*a*b*s^2" && $0.coefficient == -4 })
  }

  @Test func `an error that is no polynomial is explained by the few terms that come nearest`()
    throws
  {
    // Rounded down to whole millions, and 30 % short in the largest term.
    let card = try scorecard([
      "parameters": "int((l*(8.4*h*h + 13*h) + V*h + T*h + 2*h)/1000000)*1000000"
    ])
    let error = try #require(card.scores.first?.error)
    #expect(!error.isExact && error.unexplained < 0.3 && error.unexplained > 0)
    // 8.4 - 12 = -3.6, to the precision of the rounding
    let term = try #require(error.terms.first { $0.monomial == "l*h^2" })
    #expect(abs(term.coefficient.doubleValue + 3.6) < 0.3)
  }

  @Test func `FLOPs may be one number of a step, or one for each pass`() throws {
    let forward = "l*(24*b*s*h*h + 4*b*s*s*h) + 2*b*s*h*V"
    let step = try scorecard(["flops": "3*(\(forward))"])
    #expect(step.scores.map(\.quantity) == ["flops"])
    // awk counts in doubles, and has 53 bits of what may need 56.
    #expect(step.scores[0].maxError < 0x1p-50)
    #expect(step.scores[0].estimatedFormula == step.scores[0].measuredFormula)
    #expect(step.scores[0].measuredFormula == "72*l*b*s*h^2 + 12*l*b*s^2*h + 6*b*s*V*h")
  }
}

/// What a program may do wrong, and the one line that says so.
@Suite struct EstimatorTests {
  private func fault(_ command: [String], timeout: Double = 30) throws -> InputError {
    let error = #expect(throws: InputError.self) {
      _ = try Scorecard(
        of: Estimator(command: command, timeout: timeout), model: ModelShape(named: "gpt2-tiny"),
        {
          var recipe = Recipe(); recipe.sequence = 16; return recipe
        }())
    }
    return try #require(error)
  }

  @Test func `a program that fails`() throws {
    let error = try fault(["sh", "-c", "echo first >&2; echo out of ideas >&2; exit 3"])
    #expect(error.found == "exit status 3, and \"out of ideas\" on standard error")
    #expect(error.origin.hasPrefix("sh -c "))
    #expect(try fault(["sh", "-c", "kill -9 $$"]).found == "an end by signal 9")
    let missing = try fault(["no-such-program"])
    #expect(missing.found.hasPrefix("exit status 127, and "))
  }

  @Test func `a program that does not end, alone or with its children`() throws {
    let start = ContinuousClock.now
    #expect(
      try fault(["sleep", "60"], timeout: 0.3).found == "a program that still runs after 0.3 s")
    #expect(
      try fault(["sh", "-c", "sleep 60; true"], timeout: 0.3).found
        == "a program that still runs after 0.3 s")
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func `a program that writes without end`() throws {
    #expect(try fault(["yes", "{}"]).found == "output of more than 64 MiB")
  }

  @Test(arguments: [
    ("true", "0 answers"), ("echo '{}'", "1 answers"), ("echo '[{}, {}]'", "2 answers"),
    ("echo garbage", "\"garbage\", which is not JSON"),
    ("sed 's/.*/{}/'", "answers without any quantity"),
    ("sed 's/.*/3/'", "JSON that is not an object"),
    ("sed 's/.*/{\"parameters\": \"many\"}/'", "what is not a number"),
    ("sed 's/.*/{\"parameters\": true}/'", "what is not a number"),
    ("sed 's/.*/{\"flops\": {\"forward\": []}}/'", "what is not a number"),
  ])
  func `answers that are none`(script: String, found: String) throws {
    #expect(try fault(["sh", "-c", script]).found == found)
  }

  @Test func `a fault of an answer names its line and field`() throws {
    let error = try fault(["sed", "2,$s/.*/{\"peak\": \"x\"}/; 1s/.*/{\"peak\": 1}/"])
    #expect(error.field == "answer 2: peak" && error.expected == "a number in bytes, or null")
  }
}
