import Catalogue
import Projection

/// What llm.c prints of the buffers that it allocates.
struct LLMCLogs: DataSet {
  let title = "llm.c's logs"
  let file = "llmc_memory_logs.csv"
  let about = """
    karpathy/llm.c, train_gpt2.cu: MiB of its buffers as it prints them, cut off behind the point. \
    Predicted by the program's bytes of each category under llm.c's own choice of what is kept; its \
    buffer of activations has two or three tensors of scratch besides, which backward writes to. \
    Nothing is fitted.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparisons)
  }

  private func comparisons(_ row: CSVFile.Row) throws -> [Comparison] {
    let shape = try ModelShape(
      name: row.text("model"), layers: row.requiredInteger("n_layers"),
      hidden: row.requiredInteger("channels"), heads: row.requiredInteger("n_heads"),
      vocabulary: row.requiredInteger("padded_vocab"), positions: row.requiredInteger("T"))
    var layout = Layout()
    layout.data = try row.requiredInteger("n_gpus")
    layout.zero = try row.requiredInteger("zero_stage", atLeast: 0) > 0 ? .optimizerStates : .none
    layout.microbatch = try row.requiredInteger("B")
    layout.globalBatch = layout.microbatch * layout.data
    var recipe = Recipe()
    recipe.sequence = shape.positions
    recipe.precision = row.text("precision") == "bf16" ? .bf16 : .fp32
    recipe.attention = .flash
    let keepsActivations = try row.requiredInteger("recompute", atLeast: 0) == 0
    recipe.convention = .llmCUDA(keepsActivations: keepsActivations)
    let own = layout.recipe(recipe)
    let run = try StageRun(shape, own, layout, stage: 0, holding: [])
    let width = own.precision.compute.width
    // scratch_bt4c and scratch_btc, and the one output of GELU that layers take turns with.
    let scratch = own.batch * own.sequence * shape.hidden * width * (keepsActivations ? 5 : 9)
    let moments = run.bytes.optimizerState / 3
    let buffers = [
      ("params_MiB", run.bytes.parameter), ("grads_MiB", run.bytes.gradient),
      ("activations_MiB", run.bytes.savedForBackward + scratch), ("adam_m_MiB", moments),
      ("adam_v_MiB", moments), ("master_MiB", moments),
    ]
    return buffers.compactMap { column, predicted in
      row.number(column).map {
        Comparison(
          row: "\(shape.name) B \(own.batch): \(column.dropLast(4))", quantity: .buffer,
          predicted: Double((predicted >> 20) << 20), measured: $0 * 0x1p20,
          source: "karpathy/llm.c, log: \(row.text("source"))")
      }
    }
  }
}
