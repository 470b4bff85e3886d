import Catalogue
import Projection

/// What libraries and frameworks hold beside a program's tensors.
extension Holding {
  /// Transformer Engine's workspace for matrix products.
  static func transformerEngine(isHopperOrLater: Bool) -> Holding {
    Holding(
      "Transformer Engine workspace", [isHopperOrLater ? 32 << 20 : 4 << 20],
      source: "TransformerEngine, pytorch/module/base.py, get_cublas_workspace_size_bytes")
  }

  /// The empty gradients that Transformer Engine's layers return where they have added the gradient
  /// to Megatron-LM's buffer already: one of each size, which stays.
  static func returnedGradients(_ shape: ModelShape, _ layout: Layout) -> Holding {
    let heads = shape.heads * shape.headDimension
    let keysAndValues = 2 * shape.kvHeads * shape.headDimension
    let up = (shape.architecture.isGated ? 2 : 1) * shape.feedForward
    let outputs = [heads + keysAndValues, heads, up, shape.feedForward]
    return Holding(
      "returned gradients", outputs.map { 2 * $0 * shape.hidden / layout.tensor },
      basis: .derived, source: "TransformerEngine, pytorch/module/base.py, get_dummy_wgrad")
  }

  /// The gathered stream of sequence parallelism, in a buffer that stays.
  static func gatheredStream(_ bytes: Int) -> Holding {
    Holding(
      "gathered stream", [bytes], basis: .derived,
      source: "Megatron-LM, core/tensor_parallel/layers.py, get_global_memory_buffer")
  }

  /// The scores of Megatron-LM's own attention, in a buffer that stays.
  static func scores(_ bytes: Int) -> Holding {
    Holding(
      "scores", [bytes], basis: .derived,
      source: "Megatron-LM, core/transformer/dot_product_attention.py, get_global_memory_buffer")
  }

  /// What eager PyTorch of 2020 and 2021 has beside what the program knows: under autocast the inputs
  /// of queries, keys and values in 16 bits apart, and those of GELU in 32; and of one layer the
  /// gradients of the probabilities and of the scores.
  static func eager(_ shape: ModelShape, _ recipe: Recipe) -> [Holding] {
    let rows = recipe.batch * recipe.sequence
    let scores = 4 * rows * recipe.sequence * shape.heads
    let gradients = Holding(
      "gradients of scores", [scores, scores], basis: .derived,
      source: "PyTorch, eager backward of dropout and softmax")
    guard recipe.precision != .fp32 else { return [gradients] }
    let ofLayer = [2 * rows * shape.hidden, 2 * rows * shape.hidden, 2 * rows * shape.feedForward]
    // Where layers are computed again, those of one are there at a time.
    let layers = recipe.recompute == .none ? shape.layers : 1
    let copies = Holding(
      "copies of inputs", (0..<layers).flatMap { _ in ofLayer }, basis: .derived,
      source: "PyTorch 1.7, aten/src/ATen/autocast_mode.cpp")
    return [copies, gradients]
  }

  /// What an eager Llama in 16 bits keeps for backward beside what the program knows under the
  /// convention pytorch: norms whose parts have 32 bits, and queries, keys and values as tiled
  /// attention gets them, one for each head.
  ///
  /// - Parameter norm: bytes for each element of a norm's input.
  static func eagerLlama(_ shape: ModelShape, _ recipe: Recipe, norm: Int) -> Holding {
    let rows = recipe.batch * recipe.sequence
    let normBytes = norm * rows * shape.hidden
    let repeated = 4 * rows * (shape.heads - shape.kvHeads) * shape.headDimension
    return Holding(
      "norms in 32 bits, and repeated heads",
      (0..<shape.layers).flatMap { _ in [normBytes, normBytes, repeated] } + [normBytes],
      basis: .derived, source: "the model's code, forward of its norm and of its attention")
  }
}
