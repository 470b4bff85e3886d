import Catalogue
import Projection

/// Megatron-LM's scaling on DGX machines in 2020.
struct DGXTimes: DataSet {
  let title = "Megatron-LM 2020, DGX"
  let file = "megatron_dgx2020_iteration_times.csv"
  let about = """
    NVIDIA/Megatron-LM @5281919420, images/tables.tex: iterations on DGX-2 (V100) and DGX A100 (taken \
    for the 40 GB part). Predicted with the kernels megatron-2021, one micro-batch for each replica, \
    16 bits, full recomputation; no constant was taken from it, but the model was \
    changed with its errors in view.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes { row in
      var layout = Layout()
      layout.tensor = try row.requiredInteger("tp")
      layout.data = try row.requiredInteger("dp")
      layout.globalBatch = try row.requiredInteger("global_batch")
      layout.microbatch = layout.globalBatch / layout.data
      let shape = try MegatronTimes.shape(row, named: "case")
      let recipe = MegatronTimes.recipe(shape, recompute: .full)
      let isVolta = row.text("system").contains("V100")
      let time = try ProjectedTime(
        published: shape, recipe, layout, on: isVolta ? "v100-32gb" : "a100-40gb", .megatron2021
      ) { $0.node = isVolta ? 16 : 8 }
      return Comparison(
        row: "\(row.text("system")) \(row.text("case"))", quantity: .iteration,
        predicted: time.iterationSeconds,
        measured: try row.required("iteration_time_ms") / 1000,
        source: "NVIDIA/Megatron-LM @5281919420 images/tables.tex")
    }
  }
}
