import Catalogue
import Projection

/// BigScience's search for a layout of BLOOM: times of an update.
struct BloomTimes: DataSet {
  let title = "BLOOM's layouts, time"
  let file = "bloom_a100_3d_sweep.csv"
  let about = """
    bigscience-workshop/bigscience, train/tr11-176B-ml/chronicles-prequel.md: second iterations on 80 \
    GB A100 of Jean Zay. Predicted with the kernels megatron-deepspeed and dropout, which is the \
    code's default, and 6.25 GB/s of network for each GPU, as four adapters of 100 Gb/s for eight \
    give; launches block but in the section "Best TFLOPs", which is of before. Lines 607 to 609 gave \
    speed and the time of a launch, section "\(BloomSweep.calibrated)" what sizes that are no \
    multiples of 64 cost. Left out: line 648, at half the rate of its neighbours, and line 669, which \
    is line 608 with time and rate exchanged. On 25 February the nodes' PCI Express was improved, by 1 \
    to 5 %, as the page says; the prediction knows nothing of it.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
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
    var kernels = KernelSet.megatronDeepSpeed
    kernels.launchesSynchronously = row.text("section") != "Best TFLOPs"
    let time = try ProjectedTime(published: shape, recipe, layout, kernels) {
      $0.networkBandwidth = 6.25e9
    }
    // A batch that the replicas do not divide is rounded down.
    let share = Double(batch) / Double(layout.globalBatch)
    return Comparison(
      row: row.text("source_line"), quantity: .iteration,
      predicted: time.iterationSeconds * share, measured: measured,
      use: Self.use(of: row),
      source: "bigscience-workshop/bigscience @9e64edec train/tr11-176B-ml/chronicles-prequel.md")
  }

  private static func use(of row: CSVFile.Row) -> Comparison.Use {
    switch row.text("source_line") {
    case "607", "608", "609": .calibration
    case "648": .excluded("half the rate of its neighbours")
    case "669": .excluded("line 608 again, time and rate exchanged")
    default: row.text("section") == BloomSweep.calibrated ? .calibration : .check
    }
  }
}
