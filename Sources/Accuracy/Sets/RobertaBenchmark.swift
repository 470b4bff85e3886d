import Catalogue
import Projection

/// tlkh's sweep of RoBERTas on one GPU: memory in use.
struct RobertaBenchmark: DataSet {
  let title = "RoBERTa on one GPU"
  let file = "tlkh_single_gpu_roberta.csv"
  let about = """
    tlkh/transformers-benchmarking, results.csv: memory in use as nvidia-smi tells, PyTorch 1.7 with \
    autocast to fp16, fused Adam, eager attention. Predicted by what the model under the classifier \
    reserves in two updates, of which the first makes the optimizer's states, what autocast of that \
    version copies, and \(Self.context) MiB of context, as another table has it (BERT-large on one \
    V100). Nothing is fitted.
    """

  /// The context of CUDA, with the code of its libraries.
  static let context = BertAnatomy.context

  func outcomes(_ path: String) throws -> [Outcome] {
    try CSVFile(path).outcomes(comparison)
  }

  private func comparison(_ row: CSVFile.Row) throws -> Comparison {
    let hidden = try row.requiredInteger("hidden")
    var shape = try ModelShape(named: "roberta-base")
    shape.architecture.head = .languageModel
    shape.layers = try row.requiredInteger("n_layers")
    shape.hidden = hidden
    shape.heads = try row.requiredInteger("n_heads")
    shape.kvHeads = shape.heads
    shape.headDimension = hidden / shape.heads
    shape.feedForward = try row.requiredInteger("d_ff")
    shape.vocabulary = try row.requiredInteger("vocab")
    var recipe = Recipe()
    recipe.batch = try row.requiredInteger("batch_size")
    recipe.sequence = try row.requiredInteger("seq_len")
    recipe.precision = .fp16
    recipe.convention = .pytorchAutocast
    // Before PyTorch 1.11, `_softmax_backward_data` was given the softmax's input, too.
    recipe.convention.keepsScores = true
    recipe.dropout = 0.1
    let run = try Backbone.run(
      shape, recipe, holding: [.cuBLAS(computeCapability: nil)] + Holding.eager(shape, recipe))
    return Comparison(
      row: "\(row.text("gpu")) \(row.text("model")) s \(recipe.sequence) b \(recipe.batch)",
      quantity: .deviceUsed, predicted: Double(run.bytes.peakReserved + Self.context << 20),
      measured: try row.required("vram_used_MiB_nvidia_smi") * 0x1p20,
      source: "tlkh/transformers-benchmarking @09628d5d results.csv")
  }
}
