import Catalogue
import Projection

/// Megatron-LM's readme of January 2021: weak scaling without interleaving.
struct EarlyMegatronTimes: DataSet {
  let title = "Megatron-LM, January 2021"
  let file = "megatron_readme_jan2021.csv"
  let about = """
    NVIDIA/Megatron-LM @152aab304d, images/cases_jan2021.png: 80 GB A100 of Selene; times follow from \
    the printed TFLOP/s, which are whole numbers. Predicted with the kernels megatron-2021, tensor \
    parallel in a node, and, as they are not printed, the micro-batches of the same models in \
    examples/sc21/run_table_1.sh. Nothing was taken from it.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  /// Micro-batches of the models in NVIDIA/Megatron-LM, examples/sc21/run_table_1.sh.
  private static let microbatches = ["1.7B": 16, "39B": 4, "76B": 2, "145B": 2]

  private func comparison(_ row: CSVFile.Row) throws -> Comparison {
    let shape = try MegatronTimes.shape(
      row, named: "model", vocabulary: MegatronTimes.vocabulary, positions: MegatronTimes.sequence)
    let ranks = try row.requiredInteger("n_gpus")
    var layout = Layout()
    (layout.tensor, layout.pipeline) = MegatronTimes.division(
      ofModel: try row.requiredInteger("model_parallel_size"))
    layout.data = ranks / layout.tensor / layout.pipeline
    layout.microbatch = Self.microbatches[shape.name] ?? 1
    layout.globalBatch = try row.requiredInteger("global_batch")
    let recipe = MegatronTimes.recipe(shape, recompute: .full)
    let time = try ProjectedTime(published: shape, recipe, layout, .megatron2021)
    return Comparison(
      row: "\(shape.name) × \(ranks)", quantity: .iteration, predicted: time.iterationSeconds,
      measured: try MegatronTimes.seconds(
        shape, batch: layout.globalBatch, ranks: ranks,
        teraflops: row.required("achieved_tflops_per_gpu_HW")),
      source: "NVIDIA/Megatron-LM @152aab304d images/cases_jan2021.png")
  }
}
