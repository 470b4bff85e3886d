import Catalogue
import Projection

/// torchtune's runs of Llamas on one A100: the allocator's active bytes at most.
struct Torchtune: DataSet {
  let title = "torchtune"
  let file = "torchtune_memory.csv"
  let about = """
    pytorch/torchtune, README: active memory at most of Llama 3.2 3B, two packed sequences of 4096 \
    tokens, weights, gradients and AdamW's states in bf16. Predicted under the convention pytorch, \
    with norms and loss in 32 bits. Not predicted: what a compiler fuses, LoRA, 8-bit and paged \
    optimizers, updates within backward, offloading, and sequences that are not packed.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for what the program does not do.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard row.text("model") == "Llama3.2-3B", row.text("method").hasPrefix("full"),
      row.text("optimizer").hasPrefix("AdamW"), !row.text("optimizer").contains("bwd"),
      row.text("packed") == "yes", row.text("compile") == "no",
      row.text("activation_checkpointing") == "no"
    else { return nil }
    var shape = try ModelShape.llama(
      row.text("model"), layers: 28, hidden: 3072, heads: 24, kvHeads: 8, feedForward: 8192,
      vocabulary: 128_256, positions: 4096)
    shape.tiedHead = true
    var layout = Layout()
    layout.microbatch = try row.requiredInteger("batch")
    layout.globalBatch = layout.microbatch
    var recipe = Recipe()
    recipe.sequence = try row.requiredInteger("seq_len")
    recipe.precision = .bf16Pure
    recipe.attention = .flash
    recipe.convention = .pytorch
    let own = layout.recipe(recipe)
    let run = try StageRun(
      shape, own, layout, stage: 0,
      holding: [
        .cuBLAS(computeCapability: "8.0"), .eagerLlama(shape, own, norm: 2),
        .crossEntropy(shape, own, width: 4),
      ])
    return Comparison(
      row: "\(row.text("model")), packed, eager", quantity: .peakAllocated,
      predicted: Double(run.bytes.peakAllocated),
      measured: try row.required("peak_mem_GiB") * 0x1p30,
      source: "pytorch/torchtune @bd2a0fc7 README")
  }
}
