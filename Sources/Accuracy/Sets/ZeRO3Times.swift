import Catalogue
import Projection

/// Narayanan et al.: their layouts beside ZeRO's third stage.
struct ZeRO3Times: DataSet {
  let title = "Narayanan et al. 2021, table 2"
  let file = "megatron_narayanan2021_table2.csv"
  let about = """
    arXiv 2104.04473, table 2: models of 175B and 530B on 80 GB A100 of Selene, 16 bits, full \
    recomputation; times follow from the printed TFLOP/s, which are whole numbers. Predicted with the \
    kernels megatron-2021: tensor parallel in a node and not interleaved, or DeepSpeed's ZeRO-3, which \
    gathers weights and sums gradients while products run. Its rows are left out of the summary: they \
    take as long as 16 GB/s for each GPU would make its messages, a tenth of what eight adapters give a \
    node, and no mechanism here tells why. Nothing was taken from the table.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  private func comparison(_ row: CSVFile.Row) throws -> Comparison {
    let isSharded = row.text("scheme") == "ZeRO-3"
    let shape = try MegatronTimes.shape(billions: row.required("params_billion"), at: row.place)
    let ranks = try row.requiredInteger("n_gpus")
    var layout = Layout()
    (layout.tensor, layout.pipeline) = MegatronTimes.division(
      ofModel: try row.requiredInteger("model_parallel_size"))
    layout.data = ranks / layout.tensor / layout.pipeline
    layout.zero = isSharded ? .parameters : .none
    layout.microbatch = try row.requiredInteger("microbatch")
    layout.globalBatch = try row.requiredInteger("global_batch")
    let recipe = MegatronTimes.recipe(shape, recompute: .full)
    let time = try ProjectedTime(published: shape, recipe, layout, .megatron2021) {
      if isSharded { $0.overlap = [.data] }
    }
    return Comparison(
      row: "\(row.text("scheme")) \(shape.name) × \(ranks)", quantity: .iteration,
      predicted: time.iterationSeconds,
      measured: try MegatronTimes.seconds(
        shape, batch: layout.globalBatch, ranks: ranks,
        teraflops: row.required("achieved_tflops_per_gpu_HW")),
      use: isSharded ? .excluded("early ZeRO-3, whose messages are unexplained") : .check,
      source: "arXiv 2104.04473, table 2")
  }
}
