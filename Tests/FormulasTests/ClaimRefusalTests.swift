import Formulas
import Testing

/// Claims that can be read, and mean nothing or not what their author thinks.
@Suite struct ClaimRefusalTests {
  private static let formula = "expression: 12*h^2\nunit: parameter\n"
  private static let measured =
    formula + "measure: { quantity: parameters, scope: block, in: parameter }\n"

  @Test(arguments: [
    // Sizes
    ("inputs: { h: 0 }", "inputs.h: found 0; expected a positive integer for h, hidden size"),
    ("inputs: { h: -768 }", "inputs.h: found -768; expected a positive integer for h"),
    ("inputs: { b: 1.5 }", "inputs.b: found 1.5; expected a positive integer for b, batch size"),
    ("inputs: { h: nan }", "inputs.h: found nan; expected a number"),
    ("inputs: { h: 10^18 + 1 }", "inputs.h: found 10^18 + 1; expected a number of at most 10^18"),
    ("inputs: { h: 1/0 }", "inputs.h: found 1/0 divides by zero; expected a divisor that is not"),
    (
      "inputs: { h: 2^99999 }",
      "inputs.h: found 2^99999 has more than 1200 digits; expected a value"
    ),
    ("inputs: { ' h': 2 }", "found  h; expected a symbol: letters, digits and _"),
    // Symbols
    (
      "inputs: { hidden: 768 }", "inputs.hidden: found hidden, which nothing in the claim uses; exp"
    ),
    (
      "where: { h: 3 }",
      "where.h: found h: 3, where h stands for the hidden size; expected inputs: {"
    ),
    (
      "where: { h: 3*s }",
      "where.h: found h: 3*s, where h stands for the hidden size; expected another"
    ),
    (
      "where: { f: 3072 }",
      "found f: 3072, where f stands for the feed-forward size; expected inputs:"
    ),
    (
      "where: { d: h/a }\ninputs: { d: 64 }",
      "where.d: found d: h/a, besides a value in inputs; expected one of the two"
    ),
    (
      "where: { layer: 4*h }", "where.layer: found layer, which nothing in the claim uses; expected"
    ),
    ("model: gpt-2", "model: found gpt-2; expected gpt2"),
    ("model: /etc/passwd", "model: found /etc/passwd; expected one of gpt2"),
    // Recipes
    ("recipe: { batch: 0 }", "recipe.batch: found 0; expected a positive integer"),
    ("recipe: { accumulate: 1.5 }", "recipe.accumulate: found 1.5; expected a positive integer"),
    ("recipe: { dropout: 1 }", "recipe.dropout: found 1; expected a probability in [0, 1)"),
    ("recipe: { dropout: nan }", "recipe.dropout: found nan; expected a probability in [0, 1)"),
    ("recipe: { attention: flush }", "recipe.attention: found flush; expected flash"),
    (
      "recipe: { precision: fp23 }",
      "recipe.precision: found fp23; expected one of fp32, fp16, bf16, bf16-pure"
    ),
    (
      "recipe: { recompute: every:0 }",
      "recipe.recompute: found every:0; expected one of none, selec"
    ),
    ("recipe: { zero: 4 }", "recipe.zero: found 4; expected a stage of ZeRO, 0 to 3"),
    ("recipe: { sequence-parallel: yes }", "found yes; expected true or false"),
    ("recipe: { convention: textbok }", "recipe.convention: found textbok; expected textbook"),
  ])
  func `a measured claim with a field that makes no sense is refused`(
    fields: String, says: String
  ) throws {
    let message = try #require(fault(file(Self.measured + fields)))
    #expect(message.contains(says), "\(message)")
    #expect(message.hasPrefix("test.yaml:11:") || message.hasPrefix("test.yaml:12:"), "\(message)")
    #expect(message.contains(": claim t.1: "))
  }

  @Test(arguments: [
    (
      "measure: { quantity: parameters, scope: block, in: parameter }",
      "8:12: claim t.1: measure: found a measurement, and nothing to hold to it; expected expression"
    ),
    (
      "claimed: 12\nunit: parameter\nmeasure: { quantity: parameters, scope: block, in: parameter }",
      "8:12: claim t.1: claimed: found a number without the model that has it; expected model, or"
    ),
    (
      "expression: h > 3\nmeasure: { quantity: parameters, scope: block, in: parameter }",
      "8:15: claim t.1: expression: found h > 3; expected a number, for there is a measurement"
    ),
    (
      "expression: h/t\nunit: byte\nmeasure: { quantity: parameters, scope: block, in: byte }",
      "8:15: claim t.1: expression: found t, which no run has; expected inputs: { t: … }"
    ),
    (
      "expression: P\nunit: parameter\nmodel: gpt2\nclaimed: 124M",
      "4:3: claim t.1: found nothing that the claim could be held to; expected measure, or"
    ),
  ])
  func `a claim that nothing can be held to is refused`(fields: String, says: String) throws {
    let message = try #require(fault(file(fields)))
    #expect(message.contains(says), "\(message)")
  }

  @Test(arguments: [
    ("h/0", "h/0 divides by zero; expected a divisor that is not zero"),
    ("0^-1*h", "0^-1 divides by zero; expected a divisor that is not zero"),
    ("sqrt(0 - h)", "sqrt(0 - h) is the root of a negative number, -2; expected the root of a"),
    (
      "h^(1/2)", "h^(1/2) has the exponent 1/2, not an integer; expected an integer as the exponent"
    ),
    ("h^1000000000", "h^1000000000 has more than 1200 digits; expected a value with fewer digits"),
  ])
  func `a formula without a value at its own inputs is refused`(
    expression: String, says: String
  ) throws {
    let message = try #require(
      fault(file("expression: \(expression)\nunit: byte\ninputs: { h: 2 }\nclaimed: 1")))
    #expect(message.hasPrefix("test.yaml:8:15: claim t.1: expression: found \(says)"), "\(message)")
  }

  @Test(arguments: [
    "a\"b", "a b", "ä", "*", "a|b", "a,b", "a\\nb", "\\e[31m", String(repeating: "x", count: 61),
  ])
  func `an id has letters, digits, and a few signs`(id: String) throws {
    let yaml = file("notMeasurable: c").replacing(
      "id: t.1", with: "id: \"\(id.replacing("\"", with: "\\\""))\"")
    let message = try #require(fault(yaml))
    #expect(
      message.hasSuffix("; expected at most 60 letters A to Z or a to z, digits, . - _ and /"))
    #expect(message.unicodeScalars.allSatisfy { $0.value >= 32 })
  }

  @Test func `every letter, digit and sign that an id may have is accepted`() throws {
    let id = "azAZ09.-_/"
    #expect(fault(file("notMeasurable: c").replacing("t.1", with: id)) == nil)
  }

  @Test func `sentences are on one line, and can be seen`() throws {
    let claim = try claim("section: \"a\\nb\\t c\"\nnotMeasurable: |\n  one\n  two\n")
    #expect(claim.section == "a b c")
    #expect(claim.notMeasurable == "one two")
    let hidden = try #require(fault(file("section: \"a\\e[31m\"\nnotMeasurable: c")))
    #expect(
      hidden.hasSuffix(
        "section: found a\\u{1B}[31m; expected a text without control characters"))
    let long = String(repeating: "word ", count: 201)
    #expect(
      try #require(fault(file("section: \(long)\nnotMeasurable: c")))
        .hasSuffix("found 1004 characters; expected a text of at most 1000 characters"))
    #expect(
      try #require(fault(file("section: '  '\nnotMeasurable: c"))).contains("only white space"))
  }

  @Test(arguments: ["where", "inputs"])
  func `a claim has at most a hundred symbols`(field: String) throws {
    let symbols = (0...100).map { "x\($0): 1" }.joined(separator: ", ")
    let message = try #require(fault(file(Self.formula + "\(field): { \(symbols) }")))
    #expect(message.hasSuffix("\(field): found 101 of them; expected at most 100"))
  }

  @Test(arguments: [
    ("terms", "{ term: h }"), ("conventions", "lean"),
    ("measure: { quantity: peak, scope: model, in: byte, roles", "norm.*"),
  ])
  func `a list has at most a hundred items`(field: String, item: String) throws {
    let items = Array(repeating: item, count: 101).joined(separator: ", ")
    let end = field.hasPrefix("measure") ? "}" : ""
    let message = try #require(fault(file("\(field): [\(items)]\(end)")))
    #expect(message.hasSuffix("found 101 items; expected at most 100"))
  }

  @Test func `a long value is not repeated in full, and no value moves the terminal`() throws {
    let long = String(repeating: "x", count: 5000)
    let values = [
      "unit: \(long)", "claimed: \(long)", "expression: \(long)", "inputs: { \(long): 1 }",
      "approximate: \(long)", "conventions: [\(long)]", "model: \(long)", "\(long): 1",
      "tolerance: \(long)", "inputs: { h: \(long) }", "where: { \(long): h }", "regime: \(long)",
      "measure: { quantity: \(long) }", "recipe: { batch: \(long) }", "terms: \(long)",
      "terms: [{ term: h, covers: [\(long)] }]", "expression: h\nunit: byte\nclaimed: 5 \(long)",
    ]
    for value in values {
      let message = try #require(fault(file(value)))
      #expect(message.count < 700, "\(message)")
      let escape = try #require(
        fault(file(value.replacing(long, with: "\"x\\e[31m\\r\\u202e\""))))
      #expect(escape.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x202E })
    }
  }

  @Test func `a fault that a run finds has the claim's place`() throws {
    let catalogue = try ClaimCatalogue(
      files: [("test.yaml", Array(file("notMeasurable: c").utf8))])
    let error = catalogue.error(
      in: catalogue.claims[0], field: "expression", found: "this", expected: "that")
    #expect(
      error.description == "test.yaml:4:3: claim t.1: expression: found this; expected that")
  }
}
