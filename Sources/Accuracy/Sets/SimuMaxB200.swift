import Catalogue
import Foundation
import Projection

/// SimuMax's runs of trimmed Llamas on eight B200: what the allocator held at most on the fullest
/// rank.
struct SimuMaxB200: DataSet {
  let title = "SimuMax on B200"
  let file = "simumax_b200_real_vs_perf.csv"
  let about = """
    MooreThreads/SimuMax, docs/b200: torch.cuda.max_memory_allocated of the fullest rank, \
    Megatron-LM with a distributed optimizer, gradients in fp32, sequence parallelism, fused \
    attention and fused cross-entropy. Predicted by the fullest stage's program under the convention \
    megatron. Assumed: PyTorch's cuBLAS workspaces of 32 MiB and Transformer Engine's of 32 MiB. \
    Nothing is fitted.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for a mixture of experts, whose sizes the file does not have.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard row.integer("hidden") != nil else { return nil }
    let layout = try layout(row)
    let shape = try shape(row).padded(toMultipleOf: 128, for: layout)
    let recipe = try recipe(row, layout)
    try layout.validate(for: shape, recipe)
    let stages = try (0..<layout.pipeline).map { stage in
      try StageRun(shape, recipe, layout, stage: stage, holding: holdings(recipe, shape, layout))
    }
    let measured =
      try row.number("max_rank_alloc_MiB").map { $0 * 0x1p20 }
      ?? row.required("measured_max_alloc_GiB") * 0x1p30
    return Comparison(
      row: row.text("case"), quantity: .peakAllocated,
      predicted: Double(stages.map(\.bytes.peakAllocated).max() ?? 0), measured: measured,
      source: "MooreThreads/SimuMax @4dcaae51 docs/b200/b200_release_v1.2_summary.json")
  }

  private func shape(_ row: CSVFile.Row) throws -> ModelShape {
    try .llama(
      row.text("case"), layers: row.requiredInteger("n_layers_trimmed"),
      hidden: row.requiredInteger("hidden"), heads: row.requiredInteger("n_heads"),
      kvHeads: row.requiredInteger("n_kv_heads"), feedForward: row.requiredInteger("d_ff"),
      vocabulary: row.requiredInteger("vocab"), positions: row.requiredInteger("seq_len"))
  }

  /// Ranks that share a sequence have the same weights, and divide the optimizer's states like
  /// replicas.
  private func layout(_ row: CSVFile.Row) throws -> Layout {
    var layout = Layout()
    layout.data = try row.requiredInteger("dp") * row.requiredInteger("cp")
    layout.tensor = try row.requiredInteger("tp")
    layout.pipeline = try row.requiredInteger("pp")
    layout.sequenceParallel = layout.tensor > 1
    layout.zero = .optimizerStates
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch =
      try layout.microbatch * layout.data * row.requiredInteger("n_microbatches")
    return layout
  }

  private func recipe(_ row: CSVFile.Row, _ layout: Layout) throws -> Recipe {
    var recipe = Recipe()
    recipe.sequence = try row.requiredInteger("seq_len") / row.requiredInteger("cp")
    recipe.precision = .bf16
    recipe.gradientPrecision = .fp32
    recipe.attention = .flash
    recipe.convention = .megatron
    return layout.recipe(recipe)
  }

  private func holdings(
    _ recipe: Recipe, _ shape: ModelShape, _ layout: Layout
  ) -> [Holding] {
    var holdings = [
      Holding.cuBLAS(computeCapability: "10.0"), .transformerEngine(isHopperOrLater: true),
      .returnedGradients(shape, layout),
    ]
    if layout.sequenceParallel {
      holdings.append(.gatheredStream(2 * recipe.batch * recipe.sequence * shape.hidden))
    }
    return holdings
  }
}
