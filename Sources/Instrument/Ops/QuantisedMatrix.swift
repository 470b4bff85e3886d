import CKernels
import Catalogue

/// A matrix of integers with a scale for each group of a row's elements; valid while its tensors
/// live.
public struct QuantisedMatrix {
  let values: UnsafeMutablePointer<UInt8>
  let scales: UnsafeMutablePointer<Float>
  let bits: Int
  let rows: Int
  let columns: Int
  let group: Int

  /// - Parameters:
  ///   - values: (rows, columns·bits/8) bytes.
  ///   - scales: (rows, columns/group).
  ///   - bits: 8 or 4.
  public init(values: borrowing Tensor, scales: borrowing Tensor, bits: Int) {
    self.values = values.maskAddress
    self.scales = scales.address
    self.bits = bits
    rows = values.rows
    columns = values.columns * 8 / bits
    group = columns / scales.columns
  }

  /// Bytes of values and scales.
  var bytes: Int { rows * columns * bits / 8 + 4 * rows * columns / group }

  /// Sets rows from `first` on.
  ///
  /// - Parameter stride: distance between the rows of `floats`.
  func write(_ count: Int, from first: Int, _ floats: UnsafePointer<Float>, stride: Int) {
    quantise_rows(
      values + first * columns * bits / 8, scales + first * columns / group, floats, Int32(bits),
      count, columns, group, stride)
  }

  /// Writes rows from `first` on, dense, into `floats`.
  func read(_ count: Int, from first: Int, into floats: UnsafeMutablePointer<Float>) {
    dequantise_rows(
      floats, values + first * columns * bits / 8, scales + first * columns / group, Int32(bits),
      count, columns, group)
  }
}

extension Engine {
  /// Writes a tensor of fp32 (R,C) as integers.
  public func quantise(into output: QuantisedMatrix, _ input: borrowing Tensor) {
    // A magnitude and a comparison, a product and a rounding.
    record(.quantise, elementwise: 4 * input.count, touching: input.bytes + output.bytes)
    guard isReal else { return }
    let (x, width) = (input.floats, input.columns)
    Parallel.ranges(input.rows, grain: 16) { rows in
      output.write(
        rows.count, from: rows.lowerBound, x + rows.lowerBound * width, stride: width)
    }
  }

  /// A linear layer whose weights are integers: x·Wᵀ. Some rows of the weight at a time are widened
  /// for the product.
  ///
  /// - Parameters:
  ///   - output: (R,out), written.
  ///   - input: (R,in).
  ///   - weight: (out,in).
  ///   - role: under which the product is counted.
  public func linear(
    into output: borrowing Tensor, _ input: borrowing Tensor, weight: QuantisedMatrix,
    _ role: TensorRole
  ) {
    precondition(input.columns == weight.columns && output.columns == weight.rows)
    let (R, ins) = (input.rows, weight.columns)
    let flops = MatrixProduct(m: R, n: weight.rows, k: ins).flops
    record(
      .matrixProduct, touching: input.bytes + output.bytes + weight.bytes,
      products: [role: ProductCount(executed: flops)])
    let pieces = stride(from: 0, to: weight.rows, by: Self.widenedRows).map {
      $0..<min($0 + Self.widenedRows, weight.rows)
    }
    let lanes = Self.lanes(for: pieces.count)
    let floats = make(R, ins, .temporary, .productWorkspace, precision: .fp32)
    let panels = make(
      lanes, Self.widenedRows * (ins + R), .temporary, .productWorkspace, precision: .fp32)
    guard let blas else { return }
    convertQuietly(into: floats, input)
    let (x, workspace, target) = (floats.floats, panels.floats, output.elements)
    let (width, outs) = (panels.columns, output.columns)
    Parallel.perform(lanes) { lane in
      let panel = workspace + lane * width
      let result = panel + Self.widenedRows * ins
      for index in stride(from: lane, to: pieces.count, by: lanes) {
        let piece = pieces[index]
        weight.read(piece.count, from: piece.lowerBound, into: panel)
        MatrixProduct(m: R, n: piece.count, k: ins, transposeB: true)
          .run(result, x, panel, blas)
        target.advanced(by: piece.lowerBound).narrow(
          rows: R, columns: piece.count, stride: outs, from: result, width: piece.count)
      }
    }
  }

  /// Rows of a weight that a core widens at a time.
  private static let widenedRows = 64
}
