import Catalogue
import Projection

/// Megatron-LM's published times: whose columns say everything about a run.
struct MegatronTimes: DataSet {
  let title: String
  let file: String
  let about: String
  /// Measured seconds of a row; nil for a row without.
  let seconds: @Sendable (CSVFile.Row) -> Double?
  let kernels: KernelSet
  let source: String
  /// The row, if any, that a constant was taken from.
  var calibrated: String?

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard let measured = seconds(row) else { return nil }
    let layout = try layout(row)
    let shape = try Self.shape(row, named: "model")
    let recipe = Self.recipe(
      shape, recompute: layout.sequenceParallel ? .selective : .full)
    let time = try ProjectedTime(published: shape, recipe, layout, kernels)
    let name = "\(row.text("model")) \(row.text("technique"))"
    return Comparison(
      row: name, quantity: .iteration, predicted: time.iterationSeconds, measured: measured,
      use: row.text("model") == calibrated ? .calibration : .check, source: source)
  }

  /// The GPT of a row.
  ///
  /// - Parameters:
  ///   - row: with the sizes that do not follow.
  ///   - heading: what its name stands under.
  ///   - layers: how many, where not all of them run.
  ///   - vocabulary: where the table does not print it.
  ///   - positions: where the table does not print them.
  static func shape(
    _ row: CSVFile.Row, named heading: String, layers: Int? = nil, vocabulary: Int? = nil,
    positions: Int? = nil
  ) throws -> ModelShape {
    try ModelShape(
      name: row.text(heading), layers: layers ?? row.requiredInteger("n_layers"),
      hidden: row.requiredInteger("hidden"), heads: row.requiredInteger("n_heads"),
      vocabulary: vocabulary ?? row.requiredInteger("vocab"),
      positions: positions ?? row.requiredInteger("seq_len"))
  }

  /// How Megatron-LM trained its models.
  static func recipe(_ shape: ModelShape, recompute: Recompute) -> Recipe {
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.dropout) = (shape.positions, .fp16, 0.1)
    (recipe.convention, recipe.optimizer, recipe.recompute) = (.megatron, .adam, recompute)
    return recipe
  }

  private func layout(_ row: CSVFile.Row) throws -> Layout {
    var layout = Layout()
    layout.tensor = try row.requiredInteger("tp")
    layout.pipeline = try row.requiredInteger("pp")
    layout.data = try row.requiredInteger("dp")
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch = try row.requiredInteger("global_batch")
    let layers = try row.requiredInteger("n_layers")
    layout.virtual =
      row.integer("pp_interleave")
      ?? row.integer("layers_per_virtual_stage").map { layers / layout.pipeline / $0 } ?? 1
    layout.sequenceParallel = row.text("technique").hasPrefix("sequence parallel")
    return layout
  }

  /// Narayanan et al.: times follow from the printed TFLOP/s, which are whole numbers.
  static let narayanan = MegatronTimes(
    title: "Narayanan et al. 2021, table 1", file: "megatron_narayanan2021_table1.csv",
    about: """
      arXiv 2104.04473, table 1: 80 GB A100 of Selene, 16 bits, full recomputation. Predicted with \
      the kernels megatron-2021, whose speed, 0.95 of that of the libraries of the calibration, was \
      taken from the model of 1.7B.
      """,
    seconds: { $0.number("derived_iter_time_s") }, kernels: .megatron2021,
    source: "arXiv 2104.04473, table 1", calibrated: "1.7B")

  /// Korthikanti et al., whole iterations.
  static let korthikanti = MegatronTimes(
    title: "Korthikanti et al. 2022, table 5", file: "megatron_korthikanti2022_table5.csv",
    about: """
      arXiv 2205.05198, table 5: 80 GB A100 of Selene, 16 bits, full recomputation, or selective with \
      sequence parallelism. Predicted with the kernels megatron; no constant was \
      taken from it, but the model was changed with its errors in view.
      """,
    seconds: { $0.number("iteration_time_s") }, kernels: .megatron,
    source: "arXiv 2205.05198, table 5")
}
