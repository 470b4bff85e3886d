import Catalogue
import Projection

/// LitGPT's pretraining of TinyLlama without a compiler.
struct LitGPT: DataSet {
  let title = "LitGPT"
  let file = "litgpt_memory.csv"
  let about = """
    Lightning-AI/litgpt, extensions/thunder/README.md: torch.cuda.max_memory_allocated of TinyLlama, \
    four sequences of 2048 tokens, everything in bf16, AdamW, on one A100, gradients accumulated. \
    Predicted under the convention pytorch, with norms in 32 bits. Rows of LoRA, adapters, compilers \
    and shorter samples are not predicted.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for what the program does not do.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    let method = ["table", "method", "note"].map(row.text).joined(separator: " ").lowercased()
    guard method.contains("eager"), row.integer("n_gpus") == 1 else { return nil }
    let shape = try ModelShape.llama(
      row.text("model"), layers: 22, hidden: 2048, heads: 32, kvHeads: 4, feedForward: 5632,
      vocabulary: 32000, positions: 2048)
    var recipe = Recipe()
    recipe.batch = row.integer("microbatch") ?? 4
    recipe.sequence = row.integer("seq_len_max") ?? 2048
    recipe.precision = .bf16Pure
    recipe.attention = .flash
    recipe.convention = .pytorch
    recipe.convention.keepsGradients = true
    var layout = Layout()
    (layout.microbatch, layout.globalBatch) = (recipe.batch, recipe.batch)
    let own = layout.recipe(recipe)
    let run = try StageRun(
      shape, own, layout, stage: 0,
      holding: [
        .cuBLAS(computeCapability: "8.0"), .eagerLlama(shape, own, norm: 4),
        .crossEntropy(shape, own, width: 2),
      ])
    return Comparison(
      row: "\(row.text("model")) \(row.text("method"))", quantity: .peakAllocated,
      predicted: Double(run.bytes.peakAllocated),
      measured: try row.required("peak_mem_GB_1e9") * 1e9,
      source: "Lightning-AI/litgpt @2685705 extensions/thunder/README.md")
  }
}
