import Catalogue
import Projection

/// What fits a device.
extension WorkedExample {
  static func memory() throws -> [WorkedExample] {
    try sevenBillion() + tenBillion() + largestBatch()
  }

  /// 7B parameters on two and four devices of 80 GB, under ZeRO-3 with full checkpointing.
  private static func sevenBillion() throws -> [WorkedExample] {
    let shape = try ModelShape(named: "llama-2-7b")
    let name = "7B on N GPUs"
    let two = try sharded(shape, ranks: 2, sequence: 4096)
    let four = try sharded(shape, ranks: 4, sequence: 4096)
    return [
      WorkedExample(
        example: name, quantity: "states on each of 2", unit: "GB", reckoned: 56,
        formula: "16 · 7 / 2", actual: two.states, source: two.source),
      WorkedExample(
        example: name, quantity: "states on each of 4", unit: "GB", reckoned: 28,
        formula: "16 · 7 / 4", actual: four.states, source: four.source),
      WorkedExample(
        example: name, quantity: "sequences on each of 4", unit: "sequences", reckoned: 52,
        formula: "(80 − 28) / 1, a sequence of 4096 tokens being 1 GB", actual: four.sequences,
        source: four.source),
      WorkedExample(
        example: name, quantity: "sequences on all 4", unit: "sequences", reckoned: 208,
        formula: "4 · those", actual: 4 * four.sequences, source: four.source),
    ]
  }

  /// A 10B model of 40 layers of 5120, which has 12.6B in its layers alone, on eight devices.
  private static func tenBillion() throws -> [WorkedExample] {
    let shape = try ModelShape(
      name: "10B", layers: 40, hidden: 5120, heads: 40, vocabulary: 32_000, positions: 2048)
    let run = try sharded(shape, ranks: 8, sequence: 2048)
    let name = "10B on 8 × A100"
    // 2·s·h·l bytes.
    let sequence = 2.0 * 2048 * 5120 * 40
    let batch = (60e9 / sequence).rounded(.down)
    return [
      WorkedExample(
        example: name, quantity: "states on each", unit: "GB", reckoned: 20, formula: "16 · 10 / 8",
        actual: run.states, source: run.source),
      WorkedExample(
        example: name, quantity: "sequences on each", unit: "sequences", reckoned: batch,
        formula: "60 GB / (2 · 2048 · 5120 · 40)", actual: run.sequences, source: run.source),
      WorkedExample(
        example: name, quantity: "sequences on all", unit: "sequences", reckoned: 8 * batch,
        formula: "8 · those", actual: 8 * run.sequences, source: run.source),
    ]
  }

  /// The largest batch of GPT-2 XL on a device of 80 GB, in 32 bits.
  private static func largestBatch() throws -> [WorkedExample] {
    var recipe = Recipe()
    recipe.sequence = 1024
    let (states, sequence) = (3.27463424e10, 1.59410463e10)
    let projection = try Projection(
      ModelShape(named: "gpt2-xl"), recipe, Layout(), on: Device(named: "a100-80gb"))
    return [
      WorkedExample(
        example: "GPT-2 XL in 32 bits", quantity: "the largest batch on 80 GB", unit: "sequences",
        reckoned: (80e9 - states) / sequence, formula: "(80·10⁹ − 32.746·10⁹) / 15.941·10⁹",
        actual: Double(projection.maxMicrobatch ?? 0),
        source: "the program of a rank, run dry, and PyTorch's caching allocator: a100-80gb, eager "
          + "attention")
    ]
  }

  /// What a replica holds, and how much it takes.
  private struct Sharded {
    let states: Double
    let sequences: Double
    let source =
      "the program of a rank, run dry, and PyTorch's caching allocator: a100-80gb, "
      + "ZeRO-3, full recomputation, tiled attention"
  }

  private static func sharded(_ shape: ModelShape, ranks: Int, sequence: Int) throws -> Sharded {
    var recipe = Recipe()
    (recipe.sequence, recipe.precision) = (sequence, .bf16)
    (recipe.recompute, recipe.attention) = (.full, .flash)
    var layout = Layout()
    (layout.data, layout.zero, layout.globalBatch) = (ranks, .parameters, ranks)
    let projection = try Projection(shape, recipe, layout, on: Device(named: "a100-80gb"))
    let bytes = projection.ranks[0].bytes
    return Sharded(
      states: Double(bytes.parameter + bytes.gradient + bytes.optimizerState) / 1e9,
      sequences: Double(projection.maxMicrobatch ?? 0))
  }
}
