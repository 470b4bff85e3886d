import Formulas
import Testing
import Verification

@Suite struct RefutationTests {
  private func saved(_ fields: String, roles: String = "", scope: String) -> String {
    "quantity: activations\nkind: formula\nunit: element\n\(fields)\n"
      + "measure: { quantity: savedForBackward, scope: \(scope), in: element\(roles) }"
  }

  @Test func `tensors that a formula forgets are named, the largest first`() throws {
    let finding = try judged(
      saved(
        "expression: b*s*f\nconventions: [pytorch]\n"
          + "terms: [{ term: b*s*f, covers: [mlp.activationInput] }]", scope: "block.mlp"))
    #expect(finding.verdict == .refuted)
    #expect(finding.convention == "pytorch" && finding.holdsUnder == nil)
    // 24 · 128 = 3072 of 24 · (32 + 128 + 128) = 6912, and 3840 / 6912 = 55.56 %
    #expect(
      finding.because
        == "Off by 55.56 %: omits mlp.activationOutput (b·s·f), mlp.input (b·s·h).")
    #expect(finding.residual?.value == -3840)
    #expect(finding.corrected == "b*s*h + 2*b*s*f")
    #expect(
      finding.attribution.map(\.line) == [
        "b·s·f: mlp.activationOutput 0 3072", "b·s·h: mlp.input 0 768",
      ])
  }

  @Test func `a tensor that no run has is called so`() throws {
    let finding = try judged(
      saved(
        "expression: b*s*h\nconventions: [pytorch]\n"
          + "terms: [{ term: b*s*h, covers: [attention.scores] }]",
        roles: ", roles: [attention.scores]", scope: "block"))
    #expect(finding.verdict == .refuted)
    // 24 · 32 = 768
    #expect(
      finding.because == "The formula gives 768 elements where the run has nothing: "
        + "counts attention.scores (b·s·h), of which the run has nothing.")
    #expect(finding.measured?.value == 0 && finding.residual?.value == 768)
    #expect(finding.relativeError == nil)
    #expect(finding.attribution.map(\.line) == ["b·s·h: attention.scores 768 0"])
  }

  @Test func `a term that is wrong stands beside what it stands for`() throws {
    let finding = try judged(
      saved(
        "expression: b*s*h + 2*b*s*f\nconventions: [pytorch]\nterms:\n"
          + "- { term: 2*b*s*h, covers: [mlp.input] }\n"
          + "- { term: 2*b*s*f - b*s*h, covers: [mlp.activationInput, mlp.activationOutput] }",
        scope: "block.mlp"))
    // The sum is right.
    #expect(finding.verdict == .exact)
    #expect(finding.attribution.isEmpty)
    let wrong = try mlp(
      expression: "3*b*s*h + 2*b*s*f",
      terms: [
        ("3*b*s*h", "mlp.input"), ("2*b*s*f", "mlp.activationInput, mlp.activationOutput"),
      ])
    #expect(wrong.verdict == .refuted)
    // 3 · 768 for 768: 1536 of 6912 = 22.22 %
    #expect(wrong.because == "Off by 22.22 %: 3·b·s·h stands for mlp.input, b·s·h.")
    #expect(wrong.attribution.map(\.line) == ["3·b·s·h: mlp.input 2304 768"])
  }

  @Test func `more than four tensors are counted`() throws {
    let finding = try judged(
      "quantity: parameters\nkind: formula\nunit: parameter\nexpression: 0*h\n"
        + "measure: { quantity: parameters, scope: block, in: parameter }")
    #expect(
      finding.because == "Off by 100.0 %: omits mlp.down.weight (4·h²), mlp.up.weight (4·h²), "
        + "attention.qkv.weight (3·h²), attention.projection.weight (h²) and 8 more.")
    #expect(finding.attribution.count == 12)
  }

  @Test func `a printed number that is not that of the run is refuted`() throws {
    let finding = try judged(
      "quantity: parameters\nkind: example\nunit: parameter\nmodel: gpt2\nclaimed: 117M\n"
        + "measure: { quantity: parameters, scope: model, in: parameter }")
    #expect(finding.verdict == .refuted)
    // 117,000,000 - 124,439,808
    #expect(finding.residual?.value == -7_439_808)
    #expect(
      finding.because == "The run has 124,439,808 parameters at gpt2 for the printed 117M; "
        + "measured is 12·l·h² + 13·l·h + V·h + T·h + 2·h.")
  }

  @Test func `a formula of the highest order that is wrong is not excused as dropping the lower`()
    throws
  {
    let finding = try judged(
      "quantity: parameters\nkind: formula\nunit: parameter\nexpression: 11*h^2\n"
        + "measure: { quantity: parameters, scope: block, in: parameter }")
    #expect(finding.verdict == .refuted && finding.mode == "real")
    // 11 · 1024 of 12704: 1440 / 12704 = 11.34 %
    #expect(finding.because == "Off by 11.34 %; measured is 12·h² + 13·h.")
  }

  /// For each set of terms that speak of all tensors, right or wrong.
  @Test(arguments: [
    [("b*s*h", "mlp.input"), ("b*s*f", "mlp.activationInput")],
    [("7*b*s*h", "mlp.input"), ("b*s*f", "mlp.activationInput, mlp.activationOutput")],
    [("b*s*h", "mlp.residualDropoutMask")],
    [
      ("2*b*s*h", "mlp.input"), ("5*b*s", "mlp.activationInput"), ("V", "mlp.activationOutput"),
      ("a*b*s^2", "mlp.residualDropoutMask"),
    ],
  ])
  func `the parts of a difference add up to it`(terms: [(term: String, roles: String)]) throws {
    let finding = try mlp(
      expression: terms.map(\.term).joined(separator: " + "), terms: terms)
    #expect(finding.verdict == .refuted)
    let sum = finding.attribution.reduce(Rational(0)) {
      $0 + $1.claimed.value - $1.measured.value
    }
    #expect(sum == finding.residual?.value)
    #expect(sum != 0)
  }

  private func mlp(expression: String, terms: [(String, String)]) throws -> Finding {
    let lines = terms.map { "- { term: \($0.0), covers: [\($0.1)] }\n" }.joined()
    return try judged(
      saved(
        "expression: \(expression)\nconventions: [pytorch]\nterms:\n" + lines, scope: "block.mlp"))
  }
}
