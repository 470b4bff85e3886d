import Catalogue
import TestSupport
import Testing

@Suite struct RecipeLimitsTests {
  private func complaint(_ recipe: Recipe, _ shape: ModelShape) -> String {
    TestSupport.complaint { () throws(InputError) in try recipe.validate(for: shape) }
  }

  /// The number that a message names as the largest, "at most 12".
  private func most(_ message: String) -> Int? {
    message.firstMatch(of: /expected at most (\d+)/).flatMap { Int($0.output.1) }
  }

  @Test(arguments: ["gpt2", "gpt2-xl", "gpt3-175b"], [1, 64])
  func `the batch that a message names is the largest that is accepted`(
    model: String, steps: Int
  ) throws {
    let shape = try ModelShape(named: model)
    var recipe = Recipe()
    recipe.sequence = shape.positions
    recipe.steps = steps
    recipe.batch = 100_000_000
    let says = complaint(recipe, shape)
    #expect(
      says.hasPrefix("--batch: found 100000000, with which a run's FLOPs do not fit 64 bits; "))
    recipe.batch = try #require(most(says))
    #expect(complaint(recipe, shape) == "no fault")
    recipe.batch += 1
    #expect(most(complaint(recipe, shape)) == recipe.batch - 1)
  }

  @Test func `the largest batch is one whose products alone fit 64 bits`() throws {
    let shape = try ModelShape(named: "gpt3-175b")
    var recipe = Recipe()
    recipe.batch = 100_000_000
    recipe.steps = 1
    let batch = try #require(most(complaint(recipe, shape)))
    // Forward and backward are 6 FLOPs a parameter and token, 174.6 · 10^9 · 6 · 128 tokens of them
    #expect(Double(batch) * 174.6e9 * 6 * 128 < 0x1p63)
    // and the limit is not far below that: 8 FLOPs and the elementwise work below 2^62
    #expect(Double(batch) * 174.6e9 * 6 * 128 > 0x1p61)
  }

  @Test func `a run of which not even one sequence fits is refused`() throws {
    // 24,000 · 204,000² = 9.99 · 10^14 parameters, 8 FLOPs each, at 1000 tokens and 1000 steps:
    // 8 · 10^21, more than 2^62 = 4.6 · 10^18
    let shape = try ModelShape(
      name: "huge", layers: 2000, hidden: 204_000, heads: 1, vocabulary: 2, positions: 1000)
    var recipe = Recipe()
    recipe.batch = 1
    recipe.sequence = 1000
    recipe.steps = 1000
    #expect(
      complaint(recipe, shape)
        == "--batch: found 1, with which a run's FLOPs do not fit 64 bits; "
        + "expected a smaller run; not even 1 fits")
  }

  @Test func `steps are limited by the events that the ledger keeps`() throws {
    var recipe = Recipe()
    recipe.sequence = 64
    recipe.steps = 100_001
    let shape = try ModelShape(named: "gpt2-tiny")
    // 200,000 / 2 layers = 100,000
    #expect(
      complaint(recipe, shape)
        == "--steps: found 100001; "
        + "expected at most 100000 with 2 layers and --accumulate 1, as every event is kept")
    recipe.steps = 100_000
    #expect(complaint(recipe, shape) == "no fault")
    recipe.accumulate = 3
    // 100,000 / 3 = 33,333
    #expect(
      complaint(recipe, shape)
        == "--steps: found 100000; "
        + "expected at most 33333 with 2 layers and --accumulate 3, as every event is kept")
    recipe.steps = 33_333
    #expect(complaint(recipe, shape) == "no fault")
  }

  @Test func `micro-batches are limited by the events that the ledger keeps`() throws {
    var recipe = Recipe()
    recipe.steps = 1
    recipe.accumulate = 16_667
    let shape = try ModelShape(named: "gpt2")
    // 200,000 / 12 layers = 16,666
    #expect(
      complaint(recipe, shape)
        == "--accumulate: found 16667; expected at most 16666 with 12 layers, as every event is kept"
    )
    recipe.accumulate = 16_666
    #expect(complaint(recipe, shape) == "no fault")
  }
}
