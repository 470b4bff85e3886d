import Catalogue
import Instrument

/// How long single kernels take alone on a device, for those who hold the model to measurements.
public struct KernelTime: Sendable {
  private let model: DeviceModel

  /// - Parameter device: where they run.
  public init(on device: Device) {
    // Nothing else runs, so that the device need not slow down.
    var kernels = KernelSet.megatron
    kernels.speed = 1 / Calibration().sustained.value
    model = DeviceModel(device: device, kernels: kernels)
  }

  /// Seconds of `count` products of (m,k) by (k,n) in 16 bits.
  ///
  /// - Parameters:
  ///   - m: rows of the result.
  ///   - n: columns of the result.
  ///   - k: length of the sums.
  ///   - count: how many products there are.
  ///   - accumulates: whether the result is added to what is there, in 32 bits.
  public func product(m: Int, n: Int, k: Int, count: Int = 1, accumulates: Bool = false) -> Double {
    model.seconds(
      Kernel.Sizes(m: m, n: n, k: k, count: count, precision: .bf16, accumulates: accumulates))
  }

  /// Seconds of tiled causal attention in 16 bits.
  ///
  /// - Parameters:
  ///   - sequence: queries, and keys, of each head.
  ///   - heads: how many heads there are.
  ///   - dimension: elements of a head.
  ///   - isForward: whether it is the forward pass.
  public func attention(sequence: Int, heads: Int, dimension: Int, isForward: Bool) -> Double {
    let products = isForward ? 2 : 5
    let dense = 2 * products * sequence * sequence * dimension * heads
    // Of the square of tiles, the diagonal and what is below it.
    let tiles = max(1, sequence / Self.tile)
    let kernel = Kernel(
      isForward ? .flashAttention : .flashAttentionBackward,
      product: Kernel.Sizes(
        m: sequence, n: sequence, k: dimension, count: heads, precision: .bf16),
      matmul: dense * (tiles + 1) / (2 * tiles), matmulDense: dense, touchedBytes: 0)
    return model.cost(kernel).total
  }

  /// Queries and keys of a tile.
  private static let tile = 128
}
