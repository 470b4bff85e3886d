/// A matrix product of operands that are stored in 16 bits, cut into tiles of C. Each is computed
/// as floats by one core, from panels of A and B that are widened as they are needed.
struct ProductTiles {
  private let product: MatrixProduct
  private let rows: [Range<Int>]
  private let columns: [Range<Int>]
  private let depths: [Range<Int>]

  /// The longest side of a tile and of a panel: two panels and a tile are 3 MiB, and widening them
  /// costs an eighth of multiplying them.
  private static let side = 512

  init(_ product: MatrixProduct) {
    self.product = product
    rows = Self.pieces(product.m)
    columns = Self.pieces(product.n)
    depths = Self.pieces(product.k)
  }

  /// Number of tiles.
  var count: Int { rows.count * columns.count }

  /// Floats that a core needs for a tile and the panels that make it.
  var workspace: Int {
    let (m, n, k) = (rows[0].count, columns[0].count, depths[0].count)
    return m * n + m * k + k * n
  }

  /// Floats that suffice for any part of a product.
  static func mostWorkspace(_ product: MatrixProduct) -> Int {
    let (m, n, k) = (min(product.m, side), min(product.n, side), min(product.k, side))
    return m * n + m * k + k * n
  }

  /// Computes a tile.
  ///
  /// - Parameters:
  ///   - index: below `count`.
  ///   - workspace: `workspace` floats that nobody else uses.
  func run(
    _ index: Int, _ c: Elements, _ a: Elements, _ b: Elements,
    in workspace: UnsafeMutablePointer<Float>, _ blas: BLAS
  ) {
    let (rows, columns) = (self.rows[index / self.columns.count], columns[index % columns.count])
    let tile = product.matrixC.part(rows, columns)
    let sums = workspace
    let panelA = sums + rows.count * columns.count
    if product.beta != 0 { tile.widen(c, into: sums) }
    for depth in depths {
      let panelB = panelA + rows.count * depth.count
      product.matrixA.part(rows, depth).widen(a, into: panelA)
      product.matrixB.part(depth, columns).widen(b, into: panelB)
      let isFirst = depth.lowerBound == 0
      MatrixProduct(
        m: rows.count, n: columns.count, k: depth.count, transposeA: product.transposeA,
        transposeB: product.transposeB, alpha: product.alpha,
        beta: isFirst ? product.beta : 1
      ).run(sums, panelA, panelB, blas)
    }
    tile.narrow(sums, into: c)
  }

  /// Pieces of about the same length, the first the longest, so that no core is left with a sliver.
  private static func pieces(_ length: Int) -> [Range<Int>] {
    let count = (length + side - 1) / side
    let step = (length + count - 1) / count
    return stride(from: 0, to: length, by: step).map { $0..<min($0 + step, length) }
  }
}

extension MatrixProduct {
  /// A matrix as it is stored, perhaps transposed.
  struct Stored {
    let stride: Int
    let isTransposed: Bool

    /// The part that holds those rows and columns of the matrix itself.
    func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Part {
      isTransposed
        ? Part(rows: columns, columns: rows, stride: stride)
        : Part(rows: rows, columns: columns, stride: stride)
    }
  }

  /// Rows and columns as they are stored.
  struct Part {
    let rows: Range<Int>
    let columns: Range<Int>
    let stride: Int

    /// Writes the part, dense, into `floats`.
    func widen(_ matrix: Elements, into floats: UnsafeMutablePointer<Float>) {
      first(of: matrix).widen(
        rows: rows.count, columns: columns.count, stride: stride, into: floats,
        width: columns.count)
    }

    /// Writes the part, dense in `floats`, into the matrix.
    func narrow(_ floats: UnsafePointer<Float>, into matrix: Elements) {
      first(of: matrix).narrow(
        rows: rows.count, columns: columns.count, stride: stride, from: floats,
        width: columns.count)
    }

    private func first(of matrix: Elements) -> Elements {
      matrix.advanced(by: rows.lowerBound * stride + columns.lowerBound)
    }
  }
}
