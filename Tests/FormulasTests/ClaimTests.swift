import Catalogue
import Foundation
import Formulas
import Testing

@Suite struct ClaimTests {
  @Test func `a claim is read with everything it says`() throws {
    let claim = try claim(
      """
      section: 2.10
      unit: parameter
      expression: 2*h*f + f + h
      terms:
      - { term: 2*h*f, covers: [mlp.up.weight, mlp.down.weight] }
      - { term: f + h, covers: [mlp.up.bias, mlp.down.bias] }
      where: { f: 4*h }
      inputs: { h: 2^4, P: 52e9 }
      model: gpt2
      claimed: "2,128"
      measure: { quantity: parameters, scope: block, roles: ["mlp.*"], in: parameter }
      conventions: [textbook, llm.c]
      recipe: { dropout: 0.1, attention: eager, precision: fp32 }
      approximate: true
      tolerance: 5%
      regime: "h >= 10"
      """)
    #expect(claim.section == "2.10")
    #expect(claim.quantity == .parameters && claim.kind == .formula)
    #expect(claim.unit == .parameter)
    #expect(claim.terms.map(\.covers.count) == [2, 2])
    #expect(claim.inputs == ["h": 16, "P": 52_000_000_000])
    #expect(claim.substitutions["f"]?.description == "4*h")
    #expect(claim.claimed?.value == 2128)
    #expect(claim.measure?.scope == .block)
    #expect(claim.conventions == ["textbook", "llm.c"])
    #expect(claim.recipe == ["dropout": "0.1", "attention": "eager", "precision": "fp32"])
    #expect(claim.isApproximate)
    #expect(claim.tolerance == Rational(1, 20))
    #expect(claim.model == "gpt2")
  }

  @Test func `the expression is computed under the substitutions, bindings before inputs`() throws {
    let claim = try claim(
      """
      unit: parameter
      expression: 2*h*f
      terms: [{ term: h*f }, { term: 4*h^2 }]
      where: { f: 4*h }
      inputs: { h: 3 }
      regime: h > 4
      notMeasurable: a test
      """)
    // 2·3·12 = 72; 2·5·20 = 200, whatever f is in the run
    #expect(try claim.computed()?.value == 72)
    #expect(try claim.computed(["h": 5, "f": 1])?.value == 200)
    #expect(try claim.computed(claim.terms[0], ["h": 5]).value == 100)
    #expect(try !claim.isInRegime())
    #expect(try claim.isInRegime(["h": 5]))
    #expect(claim.openSymbols.isEmpty)
  }

  @Test func `a fact without an expression computes nothing`() throws {
    let claim = try claim("notMeasurable: history")
    #expect(try claim.computed() == nil)
    #expect(try claim.isTrue() == nil)
    #expect(try claim.isInRegime())
    #expect(try claim.arithmetic == .noArithmetic)
  }

  @Test(arguments: [
    // 12·5120²·40 = 12,582,912,000
    ("12*h^2*l", "{ h: 5120, l: 40 }", "parameter", "12.58B", Rational?.none),
    ("12*h^2*l", "{ h: 5120, l: 40 }", "parameter", "12.5B", nil),
    ("12*h^2*l", "{ h: 5120, l: 40 }", "parameter", "13B parameters", nil),
    ("12*h^2*l", "{ h: 5120, l: 40 }", "parameter", "~12.1B", nil),
    ("12*h^2*l", "{ h: 5120, l: 40 }", "parameter", "10B", 12_582_912_000),
    // 16·7e9 bytes = 112 GB = 104.3 GiB
    ("16*P", "{ P: 7e9 }", "byte", "112 GB", nil),
    ("16*P", "{ P: 7e9 }", "byte", "104 GiB", nil),
    ("16*P", "{ P: 7e9 }", "byte", "112 GiB", 112_000_000_000),
    ("16*P", "{ P: 7e9 }", "byte", "112e9", nil),
    ("16*P/1e9", "{ P: 7e9 }", "GB", "112,000,000,000 bytes", nil),
    ("1/3", "{ h: 1 }", "ratio", "33%", nil),
    ("1/3", "{ h: 1 }", "ratio", "35%", Rational(1, 3)),
  ])
  func `printed numbers hold or are slips`(
    expression: String, inputs: String, unit: String, claimed: String, slip: Rational?
  ) throws {
    let claim = try claim(
      """
      expression: \(expression)
      inputs: \(inputs)
      unit: \(unit)
      claimed: "\(claimed)"
      """)
    let expected = slip.map { Claim.Arithmetic.slip(computed: ComputedValue($0)) } ?? .holds
    #expect(try claim.arithmetic == expected)
  }

  @Test func `a comparison that is false at its inputs is a slip`() throws {
    let fits = try claim("expression: 16*P <= 80e9\ninputs: { P: 7e9 }")
    #expect(try fits.arithmetic == .slip(computed: ComputedValue(112_000_000_000)))
    #expect(try fits.isTrue() == false)
    #expect(try fits.isTrue(["P": 5_000_000_000]) == true)
    let not = try claim("expression: 16*P > 80e9\ninputs: { P: 7e9 }")
    #expect(try not.arithmetic == .holds)
  }

  @Test func `what the inputs leave open comes from the model`() throws {
    let claim = try claim(
      """
      expression: 2*b*s*h
      unit: element
      inputs: { b: 1, s: 2 }
      model: gpt2
      claimed: "3072"
      """)
    #expect(claim.openSymbols == ["h"])
    #expect(try claim.arithmetic == .noArithmetic)
    // 2·1·2·768 = 3072; the inputs come before the model
    #expect(try claim.arithmetic(model: ["h": 768, "s": 99]) == .holds)
  }

  @Test func `a stated tolerance excuses arithmetic, an approximate formula does not`() throws {
    // 12·10² = 1200 is 4.3 % above 1150
    let numbers = "expression: 12*h^2\nunit: parameter\ninputs: { h: 10 }\nclaimed: 1150\n"
    #expect(
      try claim(numbers + "approximate: true").arithmetic == .slip(computed: ComputedValue(1200)))
    #expect(try claim(numbers + "tolerance: 10%").arithmetic == .holds)
  }

  @Test func `a claim is about the roles of its measure, whatever its terms cover`() throws {
    let measure = "measure: { quantity: savedForBackward, scope: block, in: byte"
    let all = try claim("unit: byte\nexpression: 2*b*s*h\n" + measure + " }")
    #expect(all.measure?.isAbout(.attentionKey) == true)
    let terms =
      "unit: byte\nexpression: 2*b*s*h\nterms: [{ term: 2*b*s*h, covers: [attention.key] }]\n"
    let covering = try claim(terms + measure + " }")
    #expect(
      covering.measure?.isAbout(.attentionKey) == true
        && covering.measure?.isAbout(.attentionQuery) == true)
    #expect(covering.terms(covering: .attentionKey).count == 1)
    #expect(covering.terms(covering: .attentionQuery).isEmpty)
    let measured = try claim(terms + measure + ", roles: ['attention.qu*', '*.value'] }")
    #expect(
      measured.measure?.isAbout(.attentionQuery) == true
        && measured.measure?.isAbout(.attentionValue) == true)
    #expect(measured.measure?.isAbout(.attentionKey) == false)
    #expect(RolePattern("norm.*").roles.map(\.rawValue).contains("norm.input"))
  }

  @Test func `claims survive coding`() throws {
    let catalogue = try ClaimCatalogue.builtIn
    let data = try JSONEncoder().encode(catalogue)
    #expect(try JSONDecoder().decode(ClaimCatalogue.self, from: data) == catalogue)
  }

  @Test func `the built-in claims can be read`() throws {
    let claim = try #require(try ClaimCatalogue.builtIn["003.28"])
    // 12·768² + 13·768 = 7,077,888 + 9,984 = 7,087,872
    #expect(try claim.computed(["h": 768])?.value == 7_087_872)
    #expect(try claim.arithmetic == .noArithmetic)
  }
}

/// A claim with these fields besides those that every claim needs.
func claim(_ fields: String) throws -> Claim {
  let files = [(name: "test.yaml", bytes: Array(file(fields).utf8))]
  return try #require(try ClaimCatalogue(files: files)["t.1"])
}
