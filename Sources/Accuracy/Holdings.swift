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
}
