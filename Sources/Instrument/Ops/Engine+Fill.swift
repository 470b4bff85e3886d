import CKernels

extension Engine {
  /// Sets every element.
  public func fill(_ tensor: borrowing Tensor, with value: Float) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    RowKernel.perform(tensor.count, grain: 1 << 16, [.elements(tensor, .written)]) { range, at in
      at[0].update(repeating: value, count: range.count)
    }
  }

  /// Sets every element to a sample of a normal distribution, a function of `seed` alone.
  public func fillNormal(
    _ tensor: borrowing Tensor, seed: UInt64, mean: Float = 0, deviation: Float
  ) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    RowKernel.perform(tensor.count, grain: 1 << 12, [.elements(tensor, .written)]) { range, at in
      fill_normal(at[0], seed, UInt64(range.lowerBound), mean, deviation, range.count)
    }
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
    let width = tensor.columns
    RowKernel.perform(tensor.rows, grain: 16, [.written(tensor)]) { rows, at in
      for row in rows {
        let part = at[0] + (row - rows.lowerBound) * width
        fill_normal(part, seed, UInt64(start(row)), 0, deviation, width)
      }
    }
  }
}
