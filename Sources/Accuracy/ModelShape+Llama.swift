import Catalogue

extension ModelShape {
  /// A Llama of the given sizes: RMS norm, rotary positions, SwiGLU, no biases, a head of its own.
  ///
  /// - Throws: `InputError` for sizes that do not fit each other.
  static func llama(
    _ name: String, layers: Int, hidden: Int, heads: Int, kvHeads: Int? = nil, feedForward: Int,
    vocabulary: Int, positions: Int
  ) throws(InputError) -> ModelShape {
    var shape = try ModelShape(
      name: name, layers: layers, hidden: hidden, heads: heads, feedForward: feedForward,
      vocabulary: vocabulary, positions: positions, tiedHead: false)
    shape.family = .llama
    shape.kvHeads = kvHeads ?? heads
    shape.architecture.norm = .rmsNorm
    shape.architecture.isGated = true
    shape.architecture.activation = .silu
    shape.architecture.biases = .none
    shape.architecture.position = .rotary(dimensions: shape.headDimension, theta: 10_000)
    return shape
  }
}
