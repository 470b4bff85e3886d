import Catalogue
import Projection

/// The GPU hours of Pythia.
struct PythiaHours: DataSet {
  let title = "Pythia's GPU hours"
  let file = "a100_training_runs.csv"
  let about = """
    Biderman et al., arXiv 2304.01373: 143,000 updates of 1024 sequences on 40 GB A100, full \
    recomputation, ZeRO-1, tiled attention but in the model of 1B, as models/1B/pythia-1b.yml has \
    it. Predicted with the kernels gpt-neox, whose speed was taken from the model of 1.4B, and 6.25 \
    GB/s of network for each GPU, as four adapters of 100 Gb/s for eight give.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for another model.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard row.text("model").hasPrefix("pythia") else { return nil }
    var layout = Layout()
    layout.tensor = Self.tensor(row.text("parallelism"))
    layout.data = try row.requiredInteger("n_gpus") / layout.tensor
    layout.zero = .optimizerStates
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch = 1024
    var shape = try ModelShape(named: "pythia-1.4b")
    shape.name = row.text("model")
    shape.layers = try row.requiredInteger("n_layers")
    shape.hidden = try row.requiredInteger("hidden")
    shape.heads = try row.requiredInteger("n_heads")
    shape.kvHeads = shape.heads
    shape.headDimension = shape.hidden / shape.heads
    shape.feedForward = try row.requiredInteger("d_ff")
    shape.vocabulary = try row.requiredInteger("vocab")
    var recipe = Recipe()
    recipe.sequence = try row.requiredInteger("seq_len")
    recipe.precision = row.text("precision") == "bf16" ? .bf16 : .fp16
    (recipe.attention, recipe.recompute) = (shape.name == "pythia-1b" ? .eager : .flash, .full)
    (recipe.convention, recipe.optimizer) = (.megatron, .adam)
    let time = try ProjectedTime(published: shape, recipe, layout, on: "a100-40gb", .gptNeoX) {
      $0.networkBandwidth = 6.25e9
    }
    return Comparison(
      row: shape.name, quantity: .iteration, predicted: time.iterationSeconds,
      measured: try row.required("value") * 3600 / Double(layout.ranks) / Self.updates,
      use: shape.name == "pythia-1.4b" ? .calibration : .check,
      source: "arXiv 2304.01373, appendix, GPU hours")
  }

  private static let updates = 143_000.0

  /// The number behind `TP=`; 1 where there is none.
  private static func tensor(_ text: String) -> Int {
    guard let range = text.range(of: "TP=") else { return 1 }
    return Int(text[range.upperBound...].prefix(while: \.isNumber)) ?? 1
  }
}
