import Catalogue
import Projection

/// Korthikanti et al.: passes through one layer, with and without recomputation.
struct LayerTimes: DataSet {
  let title = "Korthikanti et al. 2022, table 4"
  let file = "megatron_korthikanti2022_table4.csv"
  let about = """
    arXiv 2205.05198, table 4: forward and backward of one layer of the model of 22B on eight 80 GB \
    A100 of Selene, micro-batch 4. Predicted with the kernels megatron, by what a stage of two layers \
    takes longer than one of one. The first row gave the rate of products in a training step, as a \
    share of that of the same product alone.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparisons)
  }

  private func comparisons(_ row: CSVFile.Row) throws -> [Comparison] {
    let (one, two) = try (passes(row, layers: 1), passes(row, layers: 2))
    let experiment = row.text("experiment")
    let isBaseline = experiment == "Baseline no recompute"
    return try [
      ("forward", two.forward - one.forward, "forward_ms"),
      ("backward", two.backward - one.backward, "backward_ms"),
    ].map { pass, predicted, column in
      Comparison(
        row: "\(experiment), \(pass)", quantity: .layer, predicted: predicted,
        measured: try row.required(column) / 1000, use: isBaseline ? .calibration : .check,
        source: "arXiv 2205.05198, table 4")
    }
  }

  private func passes(
    _ row: CSVFile.Row, layers: Int
  ) throws -> (forward: Double, backward: Double) {
    let experiment = row.text("experiment")
    var layout = Layout()
    layout.tensor = try row.requiredInteger("tp")
    layout.sequenceParallel = experiment.contains("Sequence")
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch = layout.microbatch
    let shape = try MegatronTimes.shape(
      row, named: "model", layers: layers, vocabulary: MegatronTimes.vocabulary)
    let recompute: Recompute =
      experiment.contains("Selective")
      ? .selective : experiment.contains("with recompute") ? .full : .none
    let recipe = MegatronTimes.recipe(shape, recompute: recompute)
    let time = try ProjectedTime(published: shape, recipe, layout, .megatron)
    return (time.stages[0].forwardSeconds, time.stages[0].backwardSeconds)
  }
}
