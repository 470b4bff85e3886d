import Assay
import Testing

@Suite struct ErrorTests {
  @Test func `a formula that holds under some conventions only is conventional`() throws {
    // Without a convention, 34bsh + 5abs² is right as Korthikanti et al. count, wrong otherwise.
    let finding = try verify(
      "34*b*s*h + 5*a*b*s^2 + 16*b*s", is: .savedForBackward, of: .block,
      recipe: ["precision": "bf16", "dropout": "0.1"])
    #expect(finding.verdict == .conventional)
    #expect(finding.holdsUnder?.contains("textbook") == true)
  }

  @Test func `a formula that cannot be read is an error of one line, and cannot leave its string`()
  {
    for formula in ["12*", "12*h\", \"kind\": \"fact", "q*h", "12*h^2\nid: x"] {
      let error = #expect(throws: InputError.self) {
        try verify(formula, is: .parameters, of: .block)
      }
      let lines = error?.description.split(whereSeparator: \.isNewline)
      #expect(lines?.count == 1)
      #expect(error?.description.contains("expression") == true)
    }
  }

  @Test func `every quantity can be asked for in its own unit`() throws {
    for quantity in Claim.Measured.allCases where quantity != .communication {
      let finding = try verify("0", is: quantity, of: .model)
      #expect(finding.unit != nil && finding.verdict != .notMeasurable, "\(quantity)")
    }
  }

  @Test func `a document of claims is judged as the command judges it`() throws {
    let verification = try verify(
      claims: """
        document: mine
        title: Mine
        claims:
        - { id: a, statement: Twelve., quantity: parameters, kind: formula, unit: parameter,
            expression: 12*h^2 + 13*h, measure: { quantity: parameters, scope: block, in: parameter } }
        """)
    #expect(verification.verdicts == ["a": .exact])
    #expect(throws: InputError.self) { try verify(claims: "claims: [") }
  }

  @Test func `what an estimator throws comes through`() {
    struct Broken: Error {}
    #expect(throws: Broken.self) { try judge { _, _ in throw Broken() } }
  }

  @Test func `an estimator that says nothing is refused`() {
    let error = #expect(throws: InputError.self) { try judge { _, _ in Estimate() } }
    #expect(error?.found == "answers without any quantity")
  }

  @Test func `a model and a recipe that there are not are errors`() {
    #expect(throws: InputError.self) { try measure("no-such-model") }
    #expect(throws: InputError.self) { try measure("gpt2", Recipe(batch: 0)) }
    #expect(throws: InputError.self) { try derive(.peak, scope: .block) }
  }
}
