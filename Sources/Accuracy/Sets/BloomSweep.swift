import Catalogue
import Projection

/// BigScience's search for a layout of BLOOM: memory in use on the fullest of 80 GB A100s.
struct BloomSweep: DataSet {
  let title = "BLOOM's layouts"
  let file = "bloom_a100_3d_sweep.csv"
  let about = """
    bigscience-workshop/bigscience, train/tr11-176B-ml/chronicles-prequel.md: memory in use on the \
    fullest node, in whole GB of nvidia-smi, context, NCCL and cache included. Predicted by what the \
    fullest stage reserves under the convention megatron with full recomputation and ZeRO-1, what \
    DeepSpeed's pipeline and BF16Optimizer keep besides, and \(Self.constant) MiB for the context, \
    NCCL's buffers, DeepSpeed's buckets and fragmentation: the mean of what is missing on the rows of \
    section "\(Self.calibrated)".
    """

  /// MiB, taken from the rows of the section.
  static let constant = 8_288
  /// What `--attention-dropout` and `--hidden-dropout` are where they are not given
  /// (bigscience-workshop/Megatron-DeepSpeed, megatron/arguments.py), as in tr11-176B-ml.slurm.
  private static let dropout: Float = 0.1
  /// A section of the page.
  static let calibrated = "Choosing the fastest 3D Topology"

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// - Returns: nil for a row without memory, or one printed before.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard let measured = row.number("peak_mem_GB_nvidia_smi"), row.text("repeat_of_line").isEmpty,
      let shape = try Self.shape(row)
    else { return nil }
    let layout = try Self.layout(row, layers: shape.layers)
    let recipe = Self.recipe(row, layout, shape)
    try layout.validate(for: shape, recipe)
    let stages = try [0, layout.pipeline - 1].map { stage in
      try StageRun(
        shape, recipe, layout, stage: stage,
        holding: [.cuBLAS(computeCapability: "8.0"), outputs(stage, recipe, layout, shape)])
    }
    // BF16Optimizer adds gradients of 16 bits, which stay, to those of 32.
    let reserved = stages.map {
      $0.bytes.peakReserved + (recipe.gradientPrecision == .fp32 ? $0.bytes.parameter : 0)
    }
    return Comparison(
      row: row.text("source_line"), quantity: .deviceUsed,
      predicted: Double(reserved.max()! + Self.constant << 20), measured: measured * 0x1p30,
      use: row.text("section") == Self.calibrated ? .calibration : .check,
      source: "bigscience-workshop/bigscience @9e64edec train/tr11-176B-ml/chronicles-prequel.md")
  }

  /// The model of a row; nil where its sizes are not printed.
  static func shape(_ row: CSVFile.Row) throws -> ModelShape? {
    guard let hidden = row.integer("hidden"),
      let layers = row.integer("n_layers") ?? row.integer("n_layers_inferred")
    else { return nil }
    var shape = try ModelShape(
      name: "bloom", layers: layers, hidden: hidden, heads: row.integer("n_heads") ?? 96,
      vocabulary: row.requiredInteger("vocab_padded_assumed"),
      positions: row.requiredInteger("seq_len"))
    shape.family = .bloom
    shape.architecture.position = .alibi(isDivided: false)
    shape.architecture.hasEmbeddingNorm = true
    return shape
  }

  static func layout(_ row: CSVFile.Row, layers: Int) throws -> Layout {
    var layout = Layout()
    layout.data = try row.requiredInteger("dp")
    layout.tensor = try row.requiredInteger("tp")
    layout.pipeline = try row.requiredInteger("pp")
    layout.partLayers = parts(
      layers, layout.pipeline, embeddingsCount: row.text("precision").contains("BF16Optimizer"))
    layout.zero = .optimizerStates
    layout.microbatch = try row.requiredInteger("microbatch")
    let microbatches = try row.requiredInteger("global_batch") / (layout.data * layout.microbatch)
    layout.globalBatch = layout.data * layout.microbatch * microbatches
    return layout
  }

  /// Layers of each stage: each is filled, and the last has what is left (DeepSpeed,
  /// runtime/utils.py, `partition_balanced`; "Re-do" on the page); or the embeddings at both ends
  /// count as layers.
  private static func parts(_ layers: Int, _ stages: Int, embeddingsCount: Bool) -> [Int] {
    let places = layers + (embeddingsCount ? 2 : 0)
    let each = (places + stages - 1) / stages
    var parts = (0..<stages).map { min(each, max(0, places - $0 * each)) }
    if embeddingsCount {
      parts[0] -= 1
      parts[stages - 1] -= 1
    }
    return parts
  }

  /// DeepSpeed's pipeline keeps what a stage has sent on until its backward pass.
  private func outputs(
    _ stage: Int, _ recipe: Recipe, _ layout: Layout, _ shape: ModelShape
  ) -> Holding {
    let inFlight = min(layout.pipeline - stage, layout.microbatches)
    return Holding(
      "outputs",
      [Int](repeating: 2 * recipe.batch * recipe.sequence * shape.hidden, count: inFlight),
      basis: .derived, source: "DeepSpeed, runtime/pipe/engine.py, pipe_buffers")
  }

  static func recipe(_ row: CSVFile.Row, _ layout: Layout, _ shape: ModelShape) -> Recipe {
    var recipe = Recipe()
    recipe.sequence = shape.positions
    let precision = row.text("precision")
    recipe.precision = precision.hasPrefix("bf16") ? .bf16 : .fp16
    recipe.gradientPrecision = precision.contains("BF16Optimizer") ? .fp32 : .both
    (recipe.recompute, recipe.convention, recipe.dropout) = (.full, .megatron, Self.dropout)
    return layout.recipe(recipe)
  }
}
