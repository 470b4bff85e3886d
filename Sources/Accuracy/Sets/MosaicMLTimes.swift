import Catalogue
import Projection

/// MosaicML's table of throughput under FSDP.
struct MosaicMLTimes: DataSet {
  let title = "MosaicML's throughput, A100"
  let file = "mosaicml_throughput.csv"
  let about = """
    mosaicml/llm-foundry @8c8dd48f72, scripts/train/benchmarking/README.md: A100 of 40 and 80 GB, \
    FSDP, flash attention; seconds of an iteration from printed tokens per second. Predicted with the \
    kernels pytorch-1, 25 GB/s of network for each GPU; gradients are summed in 32 bits but where \
    the table says PURE. The rows that do not are of the later sweep, with PyTorch 2.1 (sweep.sh), \
    whose checkpoints compute no more again than backward needs \
    (torch/utils/checkpoint.py, set_checkpoint_early_stop). The row of 1b on 32 GPUs is left out, as \
    it is out of line with 16 and 64. The host holds a device up for 0.06 s at each micro-batch: the \
    mean of what the rows of 125m with one micro-batch lack otherwise, which are the calibration rows.
    """

  /// Seconds that pass at each micro-batch until a device has work again.
  private static let hostSeconds = 0.06

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for a row of another device.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard row.text("gpu").hasPrefix("a100") else { return nil }
    var layout = Layout()
    layout.data = try row.requiredInteger("n_gpus")
    layout.zero = row.text("sharding_strategy") == "FULL_SHARD" ? .parameters : .gradients
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch = try row.requiredInteger("global_batch_seqs")
    let sequence = try row.requiredInteger("seq_len")
    let shape = try ModelShape(
      name: row.text("model"), layers: row.requiredInteger("n_layers"),
      hidden: row.requiredInteger("d_model"), heads: row.requiredInteger("n_heads"),
      vocabulary: row.requiredInteger("vocab"), positions: sequence)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.attention) = (sequence, .bf16, .flash)
    recipe.recompute = row.text("activation_checkpointing") == "True" ? .full : .none
    recipe.gradientPrecision = row.text("fsdp_mixed_precision_mode") == "PURE" ? .run : .fp32
    var kernels = KernelSet.pytorch1
    kernels.stopsRecomputeEarly = recipe.gradientPrecision == .fp32
    let gpu = row.text("gpu").contains("40") ? "a100-40gb" : "a100-80gb"
    let time = try ProjectedTime(published: shape, recipe, layout, on: gpu, kernels)
    let tokens = Double(layout.globalBatch * sequence)
    return Comparison(
      row: "\(gpu) \(shape.name) × \(layout.data), sequence \(sequence)", quantity: .iteration,
      predicted: time.iterationSeconds + Self.hostSeconds * Double(layout.microbatches),
      measured: tokens / (try row.required("throughput_tok_per_s")),
      use: Self.use(shape, layout),
      source: "mosaicml/llm-foundry @8c8dd48f72 scripts/train/benchmarking/README.md")
  }

  private static func use(_ shape: ModelShape, _ layout: Layout) -> Comparison.Use {
    switch (shape.name, layout.data) {
    case ("1b", 32): .excluded("out of line with 16 and 64 GPUs")
    case ("125m", _) where layout.microbatches == 1: .calibration
    default: .check
    }
  }
}
