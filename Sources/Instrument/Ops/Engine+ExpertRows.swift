import CKernels
import Catalogue

/// The way of rows to their experts and back.
extension Engine {
  /// Copies each row to the places of its experts.
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
    let (out, x, source) = (output.floats, input.floats, routing.source.integers)
    let width = output.columns
    Parallel.ranges(output.rows, grain: 16) { places in
      let at = places.lowerBound
      gather_rows(out + at * width, x, source + at, places.count, width)
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
      .combineRows, elementwise: (weighted ? 2 : 1) * input.count,
      touching: input.bytes + output.bytes + routing.places.bytes)
    guard isReal else { return }
    let (out, x, places) = (output.floats, input.floats, routing.places.integers)
    let weights = weighted ? routing.weights.floats : nil
    let (width, perToken) = (output.columns, routing.places.columns)
    Parallel.ranges(output.rows, grain: 16) { rows in
      let at = rows.lowerBound
      combine_rows(
        out + at * width, x, weights, places + at * perToken, rows.count, perToken, width,
        accumulating)
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
    let (out, x, y, width) = (output.floats, first.floats, second.floats, first.columns)
    Parallel.ranges(first.rows, grain: 16) { rows in
      let at = rows.lowerBound
      dot_rows(out + at, x + at * width, y + at * width, rows.count, width)
    }
  }

  /// Multiplies the row at each place of a tensor (R·k,C) by its weight, in place.
  public func weighRows(_ inout_: borrowing Tensor, _ routing: borrowing Routing) {
    record(
      .scaleRows, elementwise: inout_.count, touching: 2 * inout_.bytes + routing.weights.bytes)
    guard isReal else { return }
    let (x, weights, width) = (inout_.floats, routing.weights.floats, inout_.columns)
    Parallel.ranges(inout_.rows, grain: 16) { places in
      let at = places.lowerBound
      scale_rows(x + at * width, weights + at, places.count, width)
    }
  }
}
