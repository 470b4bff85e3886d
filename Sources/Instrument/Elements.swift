import CKernels
import Catalogue
import Foundation

/// Where the elements of a tensor lie, and in what format; valid while the tensor lives.
struct Elements {
  let base: UnsafeMutableRawPointer
  let precision: Precision
  /// What integers of 8 bits are multiples of; dense rows only.
  var scales: RowScales?

  /// A scale for each row.
  struct RowScales {
    let base: UnsafeMutablePointer<Float>
    /// Elements of a row.
    let columns: Int
  }

  /// The elements as the floats that kernels work on; nil where they are stored in 16 bits.
  var floats: UnsafeMutablePointer<Float>? {
    precision == .fp32 ? base.assumingMemoryBound(to: Float.self) : nil
  }

  /// Whether kernels have to be given a widened copy.
  var isNarrow: Bool { precision != .fp32 }

  /// The elements from a later one on.
  func advanced(by count: Int) -> Elements {
    let scales = scales.map {
      RowScales(base: $0.base + count / $0.columns, columns: $0.columns)
    }
    return Elements(base: base + count * precision.width, precision: precision, scales: scales)
  }

  /// Writes a part of a matrix into `floats`.
  ///
  /// - Parameters:
  ///   - rows: how many rows.
  ///   - columns: how many elements of each.
  ///   - stride: distance between rows here.
  ///   - floats: gets them.
  ///   - width: distance between rows there.
  func widen(
    rows: Int, columns: Int, stride: Int, into floats: UnsafeMutablePointer<Float>, width: Int
  ) {
    if let scales {
      precondition(columns == scales.columns && width == columns)
      dequantise_rows(floats, base, scales.base, 8, rows, columns, columns)
    } else {
      CKernels.widen(floats, base, format, rows, columns, width, stride)
    }
  }

  /// Writes `floats`, rounded, to a part of a matrix; the parameters are those of `widen`.
  func narrow(
    rows: Int, columns: Int, stride: Int, from floats: UnsafePointer<Float>, width: Int
  ) {
    if let scales {
      precondition(columns == scales.columns && stride == columns)
      quantise_rows(base, scales.base, floats, 8, rows, columns, columns, width)
    } else {
      CKernels.narrow(base, floats, format, rows, columns, stride, width)
    }
  }

  /// Writes the first elements into `floats`.
  func widen(count: Int, into floats: UnsafeMutablePointer<Float>) {
    widen(rows: 1, columns: count, stride: count, into: floats, width: count)
  }

  /// Writes `floats`, rounded, to the first elements.
  func narrow(count: Int, from floats: UnsafePointer<Float>) {
    narrow(rows: 1, columns: count, stride: count, from: floats, width: count)
  }

  /// Copies the first elements to `target`, in its own format.
  func copy(count: Int, to target: Elements) {
    copy(rows: 1, columns: count, stride: count, to: target, width: count)
  }

  /// Copies a part of a matrix.
  ///
  /// - Parameters:
  ///   - rows: how many rows.
  ///   - columns: how many elements of each.
  ///   - stride: distance between rows here.
  ///   - target: gets them, in its own format.
  ///   - width: distance between rows there.
  func copy(rows: Int, columns: Int, stride: Int, to target: Elements, width: Int) {
    guard precision != target.precision else {
      let size = precision.width
      return copy_rows(
        target.base, base, rows, columns * size, width * size, stride * size)
    }
    if let target = target.floats {
      return widen(rows: rows, columns: columns, stride: stride, into: target, width: width)
    }
    if let floats {
      return target.narrow(
        rows: rows, columns: columns, stride: width, from: floats, width: stride)
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
      let floats = row.baseAddress!
      for index in 0..<rows {
        advanced(by: index * stride).widen(count: columns, into: floats)
        target.advanced(by: index * width).narrow(count: columns, from: floats)
      }
    }
  }

  /// Lets `body` change a part of a matrix as floats: where it lies, or in a copy that is put back.
  ///
  /// - Parameters:
  ///   - rows: how many rows.
  ///   - columns: how many elements of each.
  ///   - stride: distance between rows.
  ///   - body: gets the first row, and the distance between rows.
  func update(
    rows: Int, columns: Int, stride: Int, _ body: (UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    if let floats { return body(floats, stride) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) { copy in
      let copy = copy.baseAddress!
      widen(rows: rows, columns: columns, stride: stride, into: copy, width: columns)
      body(copy, columns)
      narrow(rows: rows, columns: columns, stride: stride, from: copy, width: columns)
    }
  }

  /// Sets elements to 0, whose bits are 0 in every format.
  func clear(count: Int) { memset(base, 0, count * precision.width) }

  /// Rounds floats to the format: writes them here, and what was written back.
  func round(_ floats: UnsafeMutablePointer<Float>, count: Int) {
    narrow(count: count, from: floats)
    widen(count: count, into: floats)
  }

  /// The kernels' name for the format.
  var format: number_format {
    switch precision {
    case .fp32: FORMAT_FP32
    case .bf16: FORMAT_BF16
    case .fp16: FORMAT_FP16
    case .int8, .int32, .int64: preconditionFailure("numbers of \(precision) are not computed with")
    }
  }
}
