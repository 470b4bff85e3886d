import CKernels
import Catalogue

extension Engine {
  /// Sets every element of a part of a matrix to what `fillNormal` would set it to in the whole.
  ///
  /// - Parameters:
  ///   - tensor: the part.
  ///   - seed: of the whole.
  ///   - deviation: of the normal distribution.
  ///   - start: where in the whole, by number of the element, a row of the part begins.
  public func fillNormal(
    _ tensor: borrowing Tensor, seed: UInt64, deviation: Float, startOfRow start: (Int) -> Int
  ) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    let width = tensor.columns
    RowKernel.perform(tensor.rows, grain: 16, [.written(tensor)]) { rows, at in
      for row in rows {
        let part = at[0] + (row - rows.lowerBound) * width
        fill_normal(part, seed, UInt64(start(row)), 0, deviation, width)
      }
    }
  }
}
