import Formulas
import Testing
import Verification

/// Claims about models that several devices share are held to the program of one of them.
@Suite struct RankClaimTests {
  /// What an expression is found to be.
  ///
  /// - Parameter recipe: the options besides precision and optimizer.
  private func states(_ expression: String, _ recipe: String) throws -> Finding {
    try judged(
      """
      quantity: sharding
      kind: formula
      unit: byte
      expression: \(expression)
      measure: { quantity: modelStates, scope: model, in: byte }
      recipe: { precision: fp16, optimizer: adam, \(recipe) }
      """)
  }

  /// Weights and gradients take 2 bytes a parameter each, weights and moments of the optimizer 12
  /// (Rajbhandari et al., arXiv 1910.02054, figure 1).
  @Test(arguments: [
    (0, "16*P"), (1, "4*P + 12*P/8"), (2, "2*P + 14*P/8"), (3, "16*P/8"),
  ])
  func `each stage of ZeRO leaves its part of the states`(stage: Int, formula: String) throws {
    let finding = try states(formula, "data: 8, zero: \(stage)")
    #expect(finding.verdict == .exact)
    #expect(finding.because == "The formula equals the measurement at 6 dry runs.")
    let next = try states(formula, "data: 8, zero: \((stage + 1) % 4)")
    #expect(next.verdict == .refuted)
  }

  /// Passes of a tensor by a replica: a sum over all is a part from each and the parts to each.
  @Test(arguments: [(0, "2*P"), (1, "2*P"), (2, "2*P"), (3, "3*P")])
  func `each stage of ZeRO exchanges its elements in a step`(stage: Int, formula: String) throws {
    func exchanged(_ expression: String) throws -> Finding {
      try judged(
        """
        quantity: sharding
        kind: formula
        unit: element
        expression: \(expression)
        measure: { quantity: communication, scope: model, in: element }
        recipe: { data: 4, zero: \(stage) }
        """)
    }
    #expect(try exchanged(formula).verdict == .exact)
    #expect(try exchanged(formula + " + 1").verdict == .refuted)
  }

  @Test func `a layout that no run has is the claim's mistake`() throws {
    #expect {
      try states("16*P", "pipeline: 1, virtual: 2, data: 2")
    } throws: { error in
      "\(error)".contains(
        "claim t.1: --virtual: found 2 with --pipeline 1; expected --pipeline of 2 or more")
    }
  }
}
