import CKernels
import Catalogue

/// Ops on parts of larger tensors, of which the other ranks have the rest.
extension Engine {
  /// Copies the elements of `input` into `output`, which has as many, of the same format.
  public func copy(into output: borrowing Tensor, from input: borrowing Tensor) {
    precondition(output.count == input.count && output.precision == input.precision)
    record(.copy, touching: 2 * input.bytes)
    guard isReal else { return }
    output.floats.update(from: input.floats, count: input.count)
  }

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
    let (x, width) = (tensor.floats, tensor.columns)
    Parallel.ranges(tensor.rows, grain: 16) { rows in
      for row in rows {
        fill_normal(x + row * width, seed, UInt64(start(row)), 0, deviation, width)
      }
    }
  }
}
