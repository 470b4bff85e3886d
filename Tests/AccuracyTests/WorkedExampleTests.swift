import Projection
import Testing

@testable import Accuracy

/// Textbooks' worked examples: as the texts reckon, and as they are.
@Suite struct WorkedExampleTests {
  private static let all = Result { try WorkedExample.all() }

  private func example(_ name: String, _ quantity: String) throws -> WorkedExample {
    try #require(
      Self.all.get().first { $0.example == name && $0.quantity == quantity })
  }

  @Test("A 7B model has 28 GB of states on each of four devices, but no room for 52 sequences")
  func sevenBillion() throws {
    let states = try example("7B on N GPUs", "states on each of 4")
    #expect(states.reckoned == 28)
    // 16 · 6,738,415,616 / 4 bytes, of Llama 2.
    #expect(states.actual == 26.953662464)
    let sequences = try example("7B on N GPUs", "sequences on each of 4")
    #expect(sequences.reckoned == 52 && sequences.actual < 30)
  }

  @Test("The 10B model has 12.76B parameters, and fits 39 sequences instead of 71")
  func tenBillion() throws {
    let states = try example("10B on 8 × A100", "states on each")
    #expect(states.reckoned == 20 && states.actual > 25)
    let sequences = try example("10B on 8 × A100", "sequences on each")
    // 60·10⁹ / 838,860,800 = 71.5.
    #expect(sequences.reckoned == 71 && sequences.actual == 39)
    #expect(try example("10B on 8 × A100", "sequences on all").reckoned == 568)
  }

  @Test("The largest batch of GPT-2 XL is 2.96 as reckoned, and more as it is")
  func largestBatch() throws {
    let batch = try example("GPT-2 XL in 32 bits", "the largest batch on 80 GB")
    #expect((batch.reckoned * 1000).rounded() == 2964)
    #expect(batch.actual > 3 && batch.actual < 10)
  }

  @Test("GPT-3 takes 34 days, LLaMA-65B 22 with a peak of sparse operands")
  func days() throws {
    let gpt3 = try example("GPT-3 on 1024 A100", "300B tokens")
    #expect((gpt3.reckoned * 10).rounded() == 338 && abs(gpt3.error) < 0.05)
    let llama = try example("LLaMA-65B on 2048 A100", "1.4T tokens")
    // 8 · 65e9 · 1.4e12 / (2048 · 624e12 · 0.3) s = 21.98 days.
    #expect((llama.reckoned * 100).rounded() == 2198 && abs(llama.error) < 0.1)
  }

  @Test("GPT-2 XL takes 132 days as reckoned, and years as it is")
  func gpt2XL() throws {
    let days = try example("GPT-2 XL on one A100", "400,000 updates of 1024 sequences")
    #expect(days.reckoned.rounded() == 132 && days.actual > 7 * 365)
  }
}

/// What the report says beside the sets.
@Suite struct DisclosureTests {
  @Test("Every constant of the model of time says where it is from")
  func constants() {
    #expect(TimeConstant.all.allSatisfy { !$0.source.isEmpty && $0.value > 0 })
    #expect(TimeConstant.all.contains { $0.name == "unexplained speed of gpt-neox" })
  }

  @Test("Every row that is not predicted has a reason")
  func unpredicted() {
    #expect(Unpredicted.all.allSatisfy { !$0.rows.isEmpty && !$0.reason.isEmpty })
  }
}
