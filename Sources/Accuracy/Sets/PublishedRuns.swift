import Catalogue
import Projection

/// Single runs whose papers and pages say enough of them.
struct PublishedRuns: DataSet {
  let title = "Single runs on A100"
  let file = "a100_training_runs.csv"
  let about = """
    MT-NLG (Smith et al., arXiv 2201.11990, section 2.4; the time as cli99/llm-analysis has it), \
    predicted with the kernels megatron-2021, full recomputation and no interleaving; TinyLlama \
    (jzhang38/TinyLlama, README), predicted with those of pytorch, elementwise ops fused, 25 GB/s of \
    network for each GPU. Pythia's rows have a table of their own; what the others lack is listed below.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes { row in
      switch row.text("model") {
      case "MT-NLG 530B": try megatronTuring(row)
      case "TinyLlama-1.1B": try tinyLlama(row)
      default: nil
      }
    }
  }

  private func megatronTuring(_ row: CSVFile.Row) throws -> Comparison {
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.data) = (8, 35, 8)
    layout.microbatch = try row.requiredInteger("microbatch")
    let sequence = try row.requiredInteger("seq_len")
    layout.globalBatch = try row.requiredInteger("global_batch_tokens") / sequence
    let shape = try MegatronTimes.shape(row, named: "model")
    let recipe = MegatronTimes.recipe(shape, recompute: .full)
    let time = try ProjectedTime(published: shape, recipe, layout, .megatron2021)
    return Comparison(
      row: shape.name, quantity: .iteration, predicted: time.iterationSeconds,
      measured: try row.required("value"), source: "cli99/llm-analysis, README")
  }

  private func tinyLlama(_ row: CSVFile.Row) throws -> Comparison {
    var layout = Layout()
    layout.data = try row.requiredInteger("n_gpus")
    layout.zero = .parameters
    layout.microbatch = try row.requiredInteger("microbatch")
    let sequence = try row.requiredInteger("seq_len")
    let tokens = try row.requiredInteger("global_batch_tokens")
    layout.globalBatch = tokens / sequence
    let shape = try ModelShape.llama(
      row.text("model"), layers: row.requiredInteger("n_layers"),
      hidden: row.requiredInteger("hidden"), heads: row.requiredInteger("n_heads"),
      kvHeads: row.requiredInteger("n_kv_heads"), feedForward: row.requiredInteger("d_ff"),
      vocabulary: row.requiredInteger("vocab"), positions: sequence)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.attention) = (sequence, .bf16, .flash)
    var kernels = KernelSet.pytorch
    kernels.fusesElementwise = true
    let time = try ProjectedTime(published: shape, recipe, layout, on: "a100-40gb", kernels)
    let rate = try row.required("value") * Double(layout.data)
    return Comparison(
      row: shape.name, quantity: .iteration, predicted: time.iterationSeconds,
      measured: Double(tokens) / rate, source: "jzhang38/TinyLlama, README")
  }
}
