import Catalogue
import Projection

/// Hugging Face's BERT-large on one V100: memory in use after training with several settings.
struct BertAnatomy: DataSet {
  let title = "BERT-large on one V100"
  let file = "hf_bert_large_v100.csv"
  let about = """
    huggingface/transformers, docs/source/performance.mdx: MB in use as NVML tells, of which a run \
    without a model has \(Self.context) there. Predicted by what the model under the classifier \
    reserves in two updates, of which the first makes the optimizer's states, and those.
    """

  /// "Just loading the kernels", as the page has it.
  static let context = 1343

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  private func comparison(_ row: CSVFile.Row) throws -> Comparison {
    var shape = try ModelShape(named: "bert-large-uncased")
    shape.architecture.head = .languageModel
    var recipe = Recipe()
    recipe.batch = try row.requiredInteger("batch")
    recipe.sequence = try row.requiredInteger("seq_len")
    recipe.dropout = 0.1
    let isHalf = row.text("precision").hasPrefix("fp16")
    recipe.precision = isHalf ? .fp16 : .fp32
    recipe.convention = isHalf ? .pytorchAutocast : .pytorch
    // Before PyTorch 1.11, `_softmax_backward_data` was given the softmax's input, too.
    recipe.convention.keepsScores = true
    recipe.recompute = row.text("grad_checkpointing") == "yes" ? .full : .none
    recipe.optimizerImplementation = .loop
    recipe.optimizer =
      switch row.text("optimizer") {
      case "Adafactor": .adafactor
      case "Adam8bit": .adam8bit
      default: .adamw
      }
    let run = try Backbone.run(
      shape, recipe, holding: [.cuBLAS(computeCapability: "7.0")] + Holding.eager(shape, recipe))
    let settings = [
      "b \(recipe.batch)", row.text("precision"), row.text("optimizer"),
      recipe.recompute == .none ? "" : "checkpointing",
    ]
    return Comparison(
      row: settings.filter { !$0.isEmpty }.joined(separator: " "), quantity: .deviceUsed,
      predicted: Double(run.bytes.peakReserved + Self.context << 20),
      measured: try row.required("nvml_used_MB") * 0x1p20,
      source: "huggingface/transformers @0ad5fe67 docs/source/performance.mdx")
  }
}
