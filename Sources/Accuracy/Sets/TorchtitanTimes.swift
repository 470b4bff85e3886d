import Catalogue
import Projection

/// torchtitan's Llama 2 13B on A100, without recomputation.
struct TorchtitanTimes: DataSet {
  let title = "torchtitan, A100"
  let file = "torchtitan.csv"
  let about = """
    pytorch/torchtitan @1ea476e9f, docs/performance.md: tokens per second of 64 A100 of 80 GB under \
    FSDP, seconds of an update that follow. Predicted with the kernels pytorch, weights and optimizer in \
    32 bits, 25 GB/s of network for each GPU. Nothing was taken from it.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for what the program does not do.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard row.text("gpu").hasPrefix("A100"), row.text("model") == "Llama2-13B",
      row.text("activation_checkpointing") == "none"
    else { return nil }
    var layout = Layout()
    layout.data = try row.requiredInteger("n_gpus")
    layout.zero = .parameters
    layout.microbatch = try row.requiredInteger("local_batch")
    layout.globalBatch = try row.requiredInteger("global_batch")
    let sequence = try row.requiredInteger("seq_len")
    let shape = try ModelShape.llama(
      row.text("model"), layers: 40, hidden: 5120, heads: 40, feedForward: 13_824,
      vocabulary: 32_000, positions: sequence)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.attention) = (sequence, .bf16, .flash)
    let time = try ProjectedTime(published: shape, recipe, layout, .pytorch)
    let tokens = Double(layout.globalBatch * sequence)
    let rate = try row.required("tok_per_s_per_gpu") * Double(layout.data)
    return Comparison(
      row: "\(shape.name) × \(layout.data)", quantity: .iteration,
      predicted: time.iterationSeconds, measured: tokens / rate,
      source: "pytorch/torchtitan @1ea476e9f docs/performance.md")
  }
}
