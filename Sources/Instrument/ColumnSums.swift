/// Runs kernels that sum over rows, such as the gradient of a bias. The columns are handed out, so
/// that the order of every sum, and with it every bit, does not depend on the number of cores.
enum ColumnSums {
  /// Elements of an operand that are widened at a time.
  private static let chunk = 8192

  /// What a kernel is to work on: rows of the operands as they were handed over, and columns of
  /// operands that are `width` wide.
  struct Part {
    let rows: Range<Int>
    let width: Int
    let columns: Range<Int>
    /// Whether the results hold part of the sums.
    let isAccumulating: Bool
  }

  /// Calls `body` for all columns, on all cores.
  ///
  /// - Parameters:
  ///   - results: (1,C), overwritten unless `accumulating`.
  ///   - accumulating: whether they hold sums already.
  ///   - inputs: (R,C) each.
  ///   - grain: columns that a core is given at least.
  ///   - body: gets the part, the results and the inputs from the part's first row on.
  static func perform(
    into results: [Operand], accumulating: Bool, _ inputs: [Operand], rows: Int, grain: Int,
    _ body: (Part, _ results: Floats, _ inputs: Floats) -> Void
  ) {
    let width = results[0].columns
    Parallel.ranges(width, grain: grain) { columns in
      if (results + inputs).contains(where: \.elements.isNarrow) {
        widening(into: results, accumulating, inputs, rows, columns, body)
      } else {
        let part = Part(
          rows: 0..<rows, width: width, columns: columns, isAccumulating: accumulating)
        body(part, results.map { $0.floats(from: 0)! }, inputs.map { $0.floats(from: 0)! })
      }
    }
  }

  /// The same for some columns: copies of theirs are made, a few rows at a time.
  private static func widening(
    into results: [Operand], _ accumulating: Bool, _ inputs: [Operand], _ rows: Int,
    _ columns: Range<Int>, _ body: (Part, Floats, Floats) -> Void
  ) {
    let width = columns.count
    let step = min(max(1, chunk / width), rows)
    let capacity = width * (results.count + step * inputs.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { scratch in
      let base = scratch.baseAddress!
      let sums = results.indices.map { base + $0 * width }
      let copies = inputs.indices.map { base + (results.count + $0 * step) * width }
      if accumulating {
        for (result, sum) in zip(results, sums) { result.widen(0..<1, columns, into: sum) }
      }
      for first in stride(from: 0, to: rows, by: step) {
        let part = first..<min(first + step, rows)
        for (input, copy) in zip(inputs, copies) { input.widen(part, columns, into: copy) }
        body(
          Part(
            rows: part, width: width, columns: 0..<width,
            isAccumulating: accumulating || first > 0), sums, copies)
      }
      for (result, sum) in zip(results, sums) { result.narrow(columns, from: sum) }
    }
  }
}

extension Operand {
  fileprivate func widen(
    _ rows: Range<Int>, _ part: Range<Int>, into floats: UnsafeMutablePointer<Float>
  ) {
    elements.advanced(by: rows.lowerBound * columns + part.lowerBound).widen(
      rows: rows.count, columns: part.count, stride: columns, into: floats, width: part.count)
  }

  fileprivate func narrow(_ part: Range<Int>, from floats: UnsafeMutablePointer<Float>) {
    elements.advanced(by: part.lowerBound)
      .narrow(count: part.count, from: floats)
  }
}
