import Formulas
import Testing

/// A file with one faulty claim each; what stands in it begins in line 8, column 3.
@Suite struct ClaimErrorTests {
  @Test(arguments: [
    // Fields
    ("expresion: h", "8:3: claim t.1: found the unknown field expresion; expected expression"),
    ("zzz: 1", "8:3: claim t.1: found the unknown field zzz; expected one of the fields id,"),
    ("measure: 3", "8:12: claim t.1: measure: found 3; expected the fields quantity, scope"),
    (
      "measure: { quantity: parameters, in: byte }",
      "8:12: claim t.1: measure: found no scope; expected the field scope"
    ),
    (
      "measure: { quantity: parameter, scope: block, in: byte }",
      "8:24: claim t.1: measure.quantity: found parameter; expected parameters"
    ),
    (
      "measure: { quantity: peak, scope: galaxy, in: byte }",
      "8:37: claim t.1: measure.scope: found galaxy; expected one of model, blocks"
    ),
    (
      "measure: { quantity: peak, scope: model, in: GB }",
      "8:48: claim t.1: measure.in: found GB; expected parameter, element, byte or FLOP"
    ),
    (
      "measure: { quantity: peak, scope: model, in: byte, roles: [atention.*] }",
      "8:62: claim t.1: measure.roles: found atention.*; expected "
    ),
    ("conventions: [textbok]", "8:17: claim t.1: conventions: found textbok; expected textbook"),
    (
      "recipe: { dropot: 0 }", "claim t.1: recipe: found the unknown field dropot; expected dropout"
    ),
    ("approximate: maybe", "8:16: claim t.1: approximate: found maybe; expected true or false"),
    ("tolerance: 5 GB", "8:14: claim t.1: tolerance: found 5 GB; expected a part of the value"),
    ("inputs: { h: 2*s }", "8:16: claim t.1: inputs.h: found 2*s; expected a number"),
    ("inputs: { h: sqrt(2) }", "inputs.h: found sqrt(2), which is not rational; expected an exact"),
    ("inputs: { 2h: 2 }", "claim t.1: inputs.2h: found 2h; expected a symbol"),
    ("inputs: [1]", "8:11: claim t.1: inputs: found a list; expected symbols and their values"),
    ("regime: h + 1", "8:11: claim t.1: regime: found h + 1; expected a comparison"),
    ("unit: gb", "8:9: claim t.1: unit: found gb; expected GB"),
    ("claimed: about ten", "8:12: claim t.1: claimed: found about ten; expected a number such as"),
    ("terms: [{ covers: [] }]", "8:11: claim t.1: terms: found no term; expected the field term"),
    (
      "terms: [{ term: h, covers: [norm.wieght] }]",
      "8:31: claim t.1: terms.covers: found norm.wieght; expected norm.weight"
    ),
    // Expressions; the column is that of the fault within the expression
    (
      "expression: 12*h^2 + 13h",
      "8:26: claim t.1: expression: found h in 12*h^2 + 13h; "
        + "expected an operator between 13 and h: write 13*h"
    ),
    (
      "expression: \"2h\"",
      "8:17: claim t.1: expression: found h in 2h; expected an operator between 2 and h"
    ),
    // What the fields say together
    ("expression: 2*h", "4:3: claim t.1: found no unit; expected the field unit"),
    (
      "expression: 2*q\nunit: byte",
      "8:15: claim t.1: expression: found the unknown symbol q; expected l a b s"
    ),
    (
      "expression: 2*byts\nunit: byte\ninputs: { bytes: 2 }",
      "claim t.1: expression: found the unknown symbol byts; expected bytes"
    ),
    (
      "expression: 2*f\nunit: byte\nwhere: { f: x }",
      "10:10: claim t.1: where: found the unknown symbol x"
    ),
    (
      "expression: 2*f\nunit: byte\nwhere: { f: 2*h, h: f }",
      "claim t.1: where.f: found f: 2*h, which needs f itself; "
        + "expected definitions that do not go in a circle"
    ),
    (
      "expression: 12*h^2 + 13*h\nunit: parameter\nterms: [{ term: 12*h^2 }, { term: 9*h }]",
      "10:10: claim t.1: terms: found the sum 12*h^2 + 9*h; the expression minus the sum is 4*h; "
        + "expected terms whose sum is 12*h^2 + 13*h"
    ),
    (
      "expression: sqrt(h)\nunit: parameter\nterms: [{ term: h }]",
      "claim t.1: terms: found sqrt(h) is a function, not a polynomial"
    ),
    ("terms: [{ term: h }]", "claim t.1: terms: found terms; expected an expression"),
    (
      "expression: 2*h\nunit: byte\nclaimed: 7 days",
      "10:12: claim t.1: claimed: found 7 days; expected a unit that converts to byte"
    ),
    (
      "expression: 2*h\nunit: parameter\n"
        + "measure: { quantity: peak, scope: model, in: byte }",
      "10:12: claim t.1: measure: found a measurement in byte; expected one that converts to"
    ),
    (
      "expression: 1/(h - 1)\nunit: ratio\ninputs: { h: 1 }\nclaimed: 1",
      "8:15: claim t.1: expression: found 1/(h - 1) divides by zero"
    ),
    (
      "section: 1", "claim t.1: found nothing that the claim could be held to; expected measure, or"
    ),
    (
      "expression: 2*h\nunit: byte\nclaimed: 7",
      "claim t.1: found nothing that the claim could be held to"
    ),
  ])
  func `each fault names its place, what was found and what is expected`(
    fields: String, says: String
  ) throws {
    let message = try #require(fault(file(fields)))
    #expect(message.contains(says), "\(message)")
    #expect(message.hasPrefix("test.yaml:"))
    #expect(!message.contains("\n"))
  }

  @Test func `an id is used once, over all files`() {
    let yaml = """
      document: test
      title: A test
      claims:
      - { id: t.1, statement: x, quantity: data, kind: fact, notMeasurable: history }
      """
    let files = [("a.yaml", Array(yaml.utf8)), ("b.yaml", Array(yaml.utf8))]
    let error = #expect(throws: ClaimError.self) { try ClaimCatalogue(files: files) }
    #expect(
      error?.description
        == "b.yaml:4:9: claim t.1: id: found an id that is in use at a.yaml:4; "
        + "expected an id of its own")
  }

  @Test func `catalogues are joined, unless an id is taken`() throws {
    let builtIn = try ClaimCatalogue.builtIn
    let error = #expect(throws: ClaimError.self) { try builtIn.adding(builtIn, from: "mine.yaml") }
    #expect(error?.description.hasPrefix("mine.yaml: claim 000.01: id: found an id") == true)
  }
}
