import Assay
import Testing

/// What the documentation shows; `ArticleTests` holds the two together.
@Suite struct MeasureTests {
  @Test func `a step of GPT-2 keeps what it kept`() throws {
    let step = try measure("gpt2", Recipe(batch: 4, sequence: 128))
    #expect(step.bytes.savedForBackward == 445_913_092)
  }

  @Test func `my model trains within a GiB`() throws {
    let mine = try ModelShape(
      name: "mine", layers: 8, hidden: 512, heads: 8, vocabulary: 32_000, positions: 1024)
    let step = try measure(mine, Recipe(batch: 1, sequence: 512, precision: .bf16))
    #expect(step.bytes.peak.total < 1 << 30)
  }

  @Test func `flash attention keeps no probabilities`() throws {
    let eager = try measure("gpt2", Recipe(batch: 4, sequence: 128))
    let flash = try measure("gpt2", Recipe(batch: 4, sequence: 128, attention: .flash))
    // 12 layers · b·a·s² elements · 4 bytes = 12 · 4·12·128² · 4
    #expect(eager.bytes.savedForBackward(.attentionProbabilities) == 37_748_736)
    #expect(flash.bytes.savedForBackward(.attentionProbabilities) == 0)
  }

  @Test func `a run that computes has the same account`() throws {
    let recipe = Recipe(batch: 2, sequence: 32)
    let dry = try measure("gpt2-mini", recipe)
    let real = try measure("gpt2-mini", recipe, dry: false)
    #expect(real.bytes.peak.total == dry.bytes.peak.total)
    #expect(real.loss?.count == recipe.steps)
  }
}
