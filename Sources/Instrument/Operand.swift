/// An operand of a kernel that works row by row.
struct Operand {
  let elements: Elements
  /// Elements of a row.
  let columns: Int
  let use: Use

  /// What a kernel does with an operand.
  enum Use {
    case read
    case written
    /// Read and written.
    case updated
    /// One row that is read with each of the others, such as a bias.
    case shared
  }

  /// Where the kernel gets row `first` from, if it needs no copy.
  func floats(from first: Int) -> UnsafeMutablePointer<Float>? {
    use == .shared ? elements.floats : elements.floats.map { $0 + first * columns }
  }
}

extension Operand {
  /// The rows of a tensor.
  static func read(_ tensor: borrowing Tensor) -> Operand { rows(of: tensor, .read) }
  /// The rows of a tensor, none of whose values matter.
  static func written(_ tensor: borrowing Tensor) -> Operand { rows(of: tensor, .written) }
  /// The rows of a tensor.
  static func updated(_ tensor: borrowing Tensor) -> Operand { rows(of: tensor, .updated) }
  /// The one row of a tensor.
  static func shared(_ tensor: borrowing Tensor) -> Operand { rows(of: tensor, .shared) }

  /// The elements of a tensor, each a row of its own.
  static func elements(_ tensor: borrowing Tensor, _ use: Use) -> Operand {
    Operand(elements: tensor.elements, columns: 1, use: use)
  }

  private static func rows(of tensor: borrowing Tensor, _ use: Use) -> Operand {
    Operand(elements: tensor.elements, columns: tensor.columns, use: use)
  }
}

/// The operands of a kernel call, as floats: where they lie, or widened.
typealias Floats = [UnsafeMutablePointer<Float>]

/// Runs kernels row by row, with operands in any format: one that is stored in 16 bits is widened a
/// few rows at a time, and rounded when the kernel has written it.
enum RowKernel {
  /// Elements of an operand that are widened at a time: 32 KiB, so that they stay in a core's cache.
  private static let chunk = 8192

  /// Calls `body` for all rows, on all cores.
  ///
  /// - Parameters:
  ///   - count: how many rows.
  ///   - grain: the least that a core is given.
  ///   - operands: what the kernel reads and writes.
  ///   - body: gets the rows that it is to work on, and the first of them of each operand.
  static func perform(
    _ count: Int, grain: Int, _ operands: [Operand], _ body: (Range<Int>, Floats) -> Void
  ) {
    Parallel.ranges(count, grain: grain) { run($0, operands, body) }
  }

  /// Calls `body` for `rows`, on the calling core.
  static func run(
    _ rows: Range<Int>, _ operands: [Operand], _ body: (Range<Int>, Floats) -> Void
  ) {
    guard operands.contains(where: \.elements.isNarrow) else {
      return body(rows, operands.map { $0.floats(from: rows.lowerBound)! })
    }
    let widest = operands.lazy.map(\.columns).max() ?? 1
    let step = min(max(1, chunk / widest), rows.count)
    let sizes = operands.map { $0.elements.isNarrow ? $0.columns * step : 0 }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: sizes.reduce(0, +)) { scratch in
      var next = scratch.baseAddress!
      let places = sizes.map { size in
        defer { next += size }
        return next
      }
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
        let part = first..<min(first + step, rows.upperBound)
        let floats = zip(operands, places).map { $0.widened(part, into: $1) }
        body(part, floats)
        for (operand, floats) in zip(operands, floats) { operand.stored(part, from: floats) }
      }
    }
  }
}

extension Operand {
  fileprivate func widened(
    _ rows: Range<Int>, into scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    if let floats = floats(from: rows.lowerBound) { return floats }
    switch use {
    case .written: break
    case .shared: widen(0, columns, into: scratch)
    case .read, .updated: widen(rows.lowerBound, rows.count * columns, into: scratch)
    }
    return scratch
  }

  private func widen(_ first: Int, _ count: Int, into floats: UnsafeMutablePointer<Float>) {
    elements.advanced(by: first * columns)
      .widen(count: count, into: floats)
  }

  fileprivate func stored(_ rows: Range<Int>, from floats: UnsafeMutablePointer<Float>) {
    guard elements.isNarrow, use == .written || use == .updated else { return }
    elements.advanced(by: rows.lowerBound * columns)
      .narrow(count: rows.count * columns, from: floats)
  }
}
