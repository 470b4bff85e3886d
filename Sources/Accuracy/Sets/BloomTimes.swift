import Catalogue
import Projection

/// BigScience's search for a layout of BLOOM: times of an update.
struct BloomTimes: DataSet {
  let title = "BLOOM's layouts, time"
  let file = "bloom_a100_3d_sweep.csv"
  let about = """
    bigscience-workshop/bigscience, train/tr11-176B-ml/chronicles-prequel.md: second iterations on 80 \
    GB A100 of Jean Zay. Predicted with the kernels megatron-deepspeed, whose speed was taken from \
    line 659, and 6.25 GB/s of network for each GPU, as four adapters of 100 Gb/s for eight give. \
    Line 648 is left out, at half the rate of its neighbours. Lines 582 and 583 gave what sizes that \
    are no multiples of 64 cost.
    """

  func comparisons(_ path: String) throws -> [Comparison] {
    try CSVFile(path).rows.compactMap(comparison)
  }

  /// - Returns: nil for a row without a time or sizes, or one printed before.
  private func comparison(_ row: CSVFile.Row) throws -> Comparison? {
    guard let measured = row.number("iter_time_s"), row.text("repeat_of_line").isEmpty,
      row.integer("dp") != nil, row.integer("tp") != nil, row.integer("pp") != nil,
      row.integer("microbatch") != nil, let batch = row.integer("global_batch"),
      let shape = try BloomSweep.shape(row)
    else { return nil }
    let layout = try BloomSweep.layout(row, layers: shape.layers)
    let recipe = BloomSweep.recipe(row, layout, shape)
    var options = TimeOptions()
    options.kernels = .megatronDeepSpeed
    options.networkBandwidth = 6.25e9
    let time = try ProjectedTime(
      shape, recipe, layout, on: Device(named: "a100-80gb"), options)
    // A batch that the replicas do not divide is rounded down.
    let share = Double(batch) / Double(layout.globalBatch)
    return Comparison(
      row: row.text("source_line"), quantity: .iteration,
      predicted: time.iterationSeconds * share, measured: measured,
      use: Self.use(of: row.text("source_line")),
      source: "bigscience-workshop/bigscience @9e64edec train/tr11-176B-ml/chronicles-prequel.md")
  }

  private static func use(of line: String) -> Comparison.Use {
    switch line {
    case "582", "583", "659": .calibration
    case "648": .excluded("half the rate of its neighbours")
    default: .check
    }
  }
}
