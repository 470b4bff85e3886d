import CKernels
import Catalogue

/// The way of rows to their experts and back. Buffers with a row for each place are (R·k,C) here; see
/// `Routing` for those with empty places.
extension Engine {
  /// Copies each row to the places of its experts; empty places get zeros.
  ///
  /// - Parameters:
  ///   - output: (R·k,C), written.
  ///   - input: (R,C).
  ///   - routing: which rows go where.
  public func gatherRows(
    into output: borrowing Tensor, _ input: borrowing Tensor, _ routing: borrowing Routing
  ) {
    record(.gatherRows, touching: 2 * output.bytes + routing.source.bytes)
    guard isReal else { return }
    let (out, x, source) = (output.elements, input.elements, routing.source.integers)
    let width = output.columns
    Parallel.ranges(output.rows, grain: 16) { places in
      for place in places {
        let (row, room) = (Int(source[place]), out.advanced(by: place * width))
        if row < 0 {
          room.clear(count: width)
        } else {
          x.advanced(by: row * width).copy(count: width, to: room)
        }
      }
    }
  }

  /// Adds up, for each row, what is at its places. Every row is summed in the order of its experts,
  /// so no bit depends on the number of cores.
  ///
  /// - Parameters:
  ///   - output: (R,C), overwritten unless `accumulating`.
  ///   - accumulating: whether it holds something already, to which is added.
  ///   - input: (R·k,C).
  ///   - routing: which places belong to a row, and their weights.
  ///   - weighted: whether the weights are factors; 1 otherwise.
  public func combineRows(
    into output: borrowing Tensor, accumulating: Bool = false, _ input: borrowing Tensor,
    _ routing: borrowing Routing, weighted: Bool
  ) {
    record(
      .combineRows, elementwise: (weighted ? 2 : 1) * routing.pairs * input.columns,
      touching: input.bytes + output.bytes + routing.places.bytes)
    guard isReal else { return }
    let (x, places) = (input.elements, routing.places.integers)
    let weights = weighted ? routing.weights.floats : nil
    let (width, perToken) = (output.columns, routing.places.columns)
    RowKernel.perform(
      output.rows, grain: 16, [accumulating ? .updated(output) : .written(output)]
    ) { rows, at in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { term in
        let term = term.baseAddress!
        for row in rows {
          let sum = at[0] + (row - rows.lowerBound) * width
          if !accumulating { sum.update(repeating: 0, count: width) }
          for pair in row * perToken..<(row + 1) * perToken {
            let place = Int(places[pair])
            if place < 0 { continue }
            x.advanced(by: place * width)
              .widen(count: width, into: term)
            add_scaled(sum, term, weights?[place] ?? 1, width)
          }
        }
      }
    }
  }

  /// The dot product of each row of two tensors (R,C), into `output` (R,1).
  public func dotRows(
    into output: borrowing Tensor, _ first: borrowing Tensor, _ second: borrowing Tensor
  ) {
    record(
      .dotRows, elementwise: 2 * first.count,
      touching: first.bytes + second.bytes + output.bytes)
    guard isReal else { return }
    let (out, width) = (output.floats, first.columns)
    RowKernel.perform(first.rows, grain: 16, [.read(first), .read(second)]) { rows, at in
      dot_rows(out + rows.lowerBound, at[0], at[1], rows.count, width)
    }
  }

  /// Multiplies each row of a tensor (R,C) by its weight, of `weights` (R,1), in place.
  public func weighRows(_ inout_: borrowing Tensor, by weights: borrowing Tensor) {
    record(
      .scaleRows, elementwise: inout_.count, touching: 2 * inout_.bytes + weights.bytes)
    guard isReal else { return }
    let (weights, width) = (weights.floats, inout_.columns)
    RowKernel.perform(inout_.rows, grain: 16, [.updated(inout_)]) { places, at in
      scale_rows(at[0], weights + places.lowerBound, places.count, width)
    }
  }
}
