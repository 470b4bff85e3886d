import Testing
import Verification

/// Claims that put several measurements together, and claims that can be read in several ways.
@Suite struct MeasuresTests {
  private let optimizers = """
    measures:
      momentum: { quantity: optimizerState, scope: model, in: byte, recipe: { optimizer: momentum } }
      adam: { quantity: optimizerState, scope: model, in: byte, recipe: { optimizer: adam } }
    """

  @Test("An inequality that holds at every size is exact, with both sides in the reason")
  func holds() throws {
    let finding = try judged(
      "quantity: optimizer\nkind: fact\nunit: byte\nexpression: momentum < adam\n" + optimizers)
    #expect(finding.verdict == .exact)
    // 27,936 parameters in the first miniature, times 4 and 8
    #expect(
      finding.because == "It holds at 6 real runs, for example with 111,744 against 223,488 bytes.")
    #expect(finding.residual == nil)
  }

  @Test("An inequality that is false is refuted, and one that is hedged is bounded")
  func falseAndHedged() throws {
    let start = "quantity: optimizer\nkind: fact\nunit: byte\n"
    let wrong = try judged(start + "expression: momentum > adam\n" + optimizers)
    #expect(wrong.verdict == .refuted)
    #expect(wrong.because == "It does not hold: 111,744 against 223,488 bytes.")
    let hedged = try judged(
      start + "expression: momentum < adam\napproximate: true\n" + optimizers)
    #expect(hedged.verdict == .bounded)
  }

  @Test("A ratio of two measurements is held to the claimed one")
  func ratio() throws {
    let start = "quantity: optimizer\nkind: fact\nunit: ratio\nmeasured: adam/momentum\n"
    #expect(try judged(start + "expression: 2\n" + optimizers).verdict == .exact)
    let wrong = try judged(start + "expression: 3\n" + optimizers)
    #expect(wrong.verdict == .refuted && wrong.measured?.value == 2)
  }

  @Test("Growth is a measurement at other sizes")
  func growth() throws {
    func finding(_ factor: Int) throws -> Finding {
      try judged(
        """
        quantity: activations
        kind: fact
        unit: ratio
        expression: \(factor)
        measured: long/short
        measures:
          short: { quantity: savedForBackward, scope: block, roles: [attention.probabilities], in: byte }
          long: { quantity: savedForBackward, scope: block, roles: [attention.probabilities], in: byte, at: { s: 2*s } }
        """)
    }
    #expect(try finding(4).verdict == .exact)
    #expect(try finding(2).verdict == .refuted)
  }

  @Test("A claim that is right in one reading only is conventional, and names it")
  func readings() throws {
    let head = """
      quantity: parameters
      kind: formula
      unit: parameter
      expression: V*h
      measure: { quantity: parameters, scope: head, in: parameter }
      readings:
      - { name: tied, shape: { tied: true } }
      - { name: untied, shape: { tied: false } }
      """
    let finding = try judged(head)
    #expect(finding.verdict == .conventional && finding.holdsUnder == ["untied"])
    #expect(
      finding.because == "Right under untied, which it does not state; wrong under tied.")
  }

  @Test("A printed unit can be read in two ways")
  func units() throws {
    let finding = try judged(
      """
      quantity: model-states
      kind: convention
      unit: byte
      expression: 4*P
      inputs: { P: 354336768 }
      claimed: 1.32 GB
      readings:
      - { name: decimal, unit: GB }
      - { name: binary, unit: GiB }
      measure: { quantity: parameters, scope: model, in: byte }
      """)
    // 1,417,347,072 / 2³⁰ = 1.320
    #expect(finding.verdict == .conventional && finding.holdsUnder == ["binary"])
  }

  @Test("A total that is not the sum of its parts is a slip where the parts are right")
  func parts() throws {
    let claim = """
      quantity: model-states
      kind: component-sum
      unit: byte
      parts: [4*P, 4*P, 8*P]
      measure: { quantity: modelStates, scope: model, in: byte }
      """
    let slip = try judged(claim + "\nexpression: 20*P")
    #expect(slip.verdict == .slip && slip.consistency.result == .fails)
    #expect(
      slip.because
        == "The parts that it lists add up to 16·P, not 20·P, and the parts are what the run has.")
    let right = try judged(claim + "\nexpression: 16*P")
    #expect(right.verdict == .exact && right.consistency.result == .holds)
    // 16 and 20 are both wrong of the weights alone.
    let both = try judged(
      claim.replacing("modelStates", with: "parameters") + "\nexpression: 20*P")
    #expect(both.verdict == .refuted && both.consistency.result == .fails)
  }

  @Test("A model of another family is measured as one")
  func family() throws {
    let finding = try judged(
      """
      quantity: parameters
      kind: formula
      unit: parameter
      expression: 3*h*f
      shape: { family: llama }
      measure: { quantity: parameters, scope: block.mlp, in: parameter }
      """)
    #expect(finding.verdict == .exact)
  }

  @Test("What is kept for inference is measured without gradients")
  func cache() throws {
    func finding(_ factor: Int) throws -> Finding {
      try judged(
        "quantity: kv-cache\nkind: formula\nunit: element\nexpression: \(factor)*l*b*s*h\n"
          + "measure: { quantity: kvCache, scope: model, in: element }")
    }
    #expect(try finding(2).verdict == .exact)
    #expect(try finding(1).verdict == .refuted)
  }
}
