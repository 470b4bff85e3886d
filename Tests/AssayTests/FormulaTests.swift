import Assay
import Testing

/// What the documentation shows; `ArticleTests` holds the two together.
@Suite struct FormulaTests {
  @Test func `a block of GPT-2 has 12h² + 13h parameters`() throws {
    let finding = try verify("12*h^2 + 13*h", is: .parameters, of: .block)
    #expect(finding.verdict == .exact, "\(finding.because)")
  }

  @Test func `a formula of the attention alone is refuted`() throws {
    let finding = try verify("4*h^2 + 4*h", is: .parameters, of: .block)
    #expect(finding.verdict == .refuted)
    #expect(finding.corrected == "12*h^2 + 13*h")
    #expect(finding.attribution.contains { $0.role == "mlp.up.weight" && $0.formula == "4·h²" })
  }

  @Test func `a block keeps 34bsh + 5abs² bytes, and the statistics of its norms`() throws {
    let finding = try verify(
      "34*b*s*h + 5*a*b*s^2 + 16*b*s", is: .savedForBackward, of: .block, under: .textbook,
      recipe: ["precision": "bf16", "dropout": "0.1"])
    #expect(finding.verdict == .exact, "\(finding.because)")
  }

  @Test func `what a block of LLaMA keeps is known`() throws {
    let recipe = Recipe(attention: .flash, convention: .textbook)
    let formula = try derive(.savedForBackward, of: "llama-3-8b", recipe)
    #expect(formula.typographic == "24·b·s·h + 16·b·s·f + 8·b·s·g·d + 4·a·b·s + 8·b·s")
  }

  @Test func `an estimator without biases is told so`() throws {
    let card = try judge { shape, _ in
      let (l, h) = (shape.layers, shape.hidden)
      return Estimate(parameters: 12 * l * h * h + (shape.vocabulary + shape.positions + 2) * h)
    }
    let score = try #require(card.score("parameters"))
    #expect(score.error?.expression == "-13*l*h")
    #expect(score.exact == 0)
  }
}
