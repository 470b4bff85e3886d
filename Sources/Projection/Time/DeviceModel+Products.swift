import Catalogue
import Foundation
import Instrument

extension DeviceModel {
  /// A tile of a product's result.
  private struct Tile {
    let rows: Int
    let columns: Int
    /// Rate of its sums, as a share of the best product's.
    let efficiency: Double
  }

  private var tiles: [Tile] {
    let large = calibration.largeTile.value
    let (square, small, smallest) = (
      large * calibration.squareTile.value, large * calibration.smallTile.value,
      large * calibration.smallestTile.value
    )
    return [
      Tile(rows: 256, columns: 128, efficiency: large),
      Tile(rows: 128, columns: 256, efficiency: large),
      Tile(rows: 128, columns: 128, efficiency: square),
      Tile(rows: 128, columns: 64, efficiency: small),
      Tile(rows: 64, columns: 128, efficiency: small),
      Tile(rows: 64, columns: 64, efficiency: smallest),
    ]
  }

  /// Seconds of matrix products: those of the best of all tiles, with memory beside it.
  func seconds(_ sizes: Kernel.Sizes) -> Double {
    let fastest = tiles.flatMap { tile in
      Self.splits.map { seconds(sizes, tile, splits: $0) }
    }.min()!
    let sums = fastest / alignment(sizes)
    let (m, n, k) = (Double(sizes.m), Double(sizes.n), Double(sizes.k))
    let elements = Double(sizes.count) * (m * k + k * n + m * n)
    let operands =
      elements * Double(sizes.precision.width) / (bandwidth * calibration.operandBandwidth.value)
    let norm = calibration.overlapNorm.value
    let slower = max(sums, operands)
    let ratio = min(sums, operands) / slower
    return slower * pow(1 + pow(ratio, norm), 1 / norm) + calibration.launch.value
      + sumSeconds(sizes)
  }

  /// Rate of a product as a share of one whose rows all begin at multiples of 128 bytes. Rows are as
  /// long as what a linear layer maps from and to: of its gradient m and n, otherwise k and n.
  private func alignment(_ sizes: Kernel.Sizes) -> Double {
    let elements = 128 / sizes.precision.width
    let lengths = [sizes.n, sizes.accumulates ? sizes.m : sizes.k]
    let fullest = lengths.map { $0 & -$0 }.min()!
    guard fullest < elements else { return 1 }
    let halvings = (elements / fullest).trailingZeroBitCount
    return calibration.misaligned[min(halvings, calibration.misaligned.count) - 1].value
  }

  /// Into how many parts the sums may be cut, so that more multiprocessors have work.
  private static let splits = [1, 2, 4, 8]
  /// Terms of a sum below which nobody cuts it.
  private static let shortestSum = 512

  private func seconds(_ sizes: Kernel.Sizes, _ tile: Tile, splits: Int) -> Double {
    guard splits == 1 || sizes.k >= splits * Self.shortestSum else { return .infinity }
    func parts(_ size: Int, _ part: Int) -> Int { (size + part - 1) / part }
    let count = parts(sizes.m, tile.rows) * parts(sizes.n, tile.columns) * sizes.count * splits
    let rounds = parts(count, device.multiprocessors)
    let depth = Double(sizes.k) / Double(splits) + calibration.tileDepth.value
    let rate = best(sizes.precision) / Double(device.multiprocessors) * tile.efficiency
    let sums = Double(2 * rounds * tile.rows * tile.columns) * depth / rate
    guard splits > 1 else { return sums }
    // Each part is written, and all are read, in 32 bits.
    let partial = sizes.m * sizes.n * sizes.count * 4 * (splits + 1)
    return sums + Double(partial) / (bandwidth * calibration.operandBandwidth.value)
  }

  /// Adding a gradient to what is there: in the product itself, or in a pass of its own.
  private func sumSeconds(_ sizes: Kernel.Sizes) -> Double {
    guard sizes.accumulates else { return 0 }
    let elements = sizes.m * sizes.n * sizes.count
    if kernels.fusesGradientSums {
      return Double(elements) * calibration.sumBytes.value / bandwidth
    }
    return passSeconds(3 * elements * sizes.precision.width) + calibration.launch.value
  }
}
