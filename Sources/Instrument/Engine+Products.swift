import Catalogue

extension Engine {
  /// Runs a matrix product on all cores, and counts it under `role`. Operands that are stored in 16
  /// bits are widened panel by panel into a workspace; sums are kept as floats and rounded once.
  func multiply(
    _ product: MatrixProduct, _ role: TensorRole, _ c: Elements, _ a: Elements, _ b: Elements
  ) {
    record(
      .matrixProduct, touching: product.bytes(c, a, b),
      products: [role: ProductCount(executed: product.flops)],
      sizes: product.sizes(a.precision.width < b.precision.width ? a.precision : b.precision))
    if let c = c.floats, let a = a.floats, let b = b.floats {
      multiply(product, c, a, b)
    } else {
      let tiles = ProductTiles(product)
      let workspace = tileWorkspace(lanes: tiles.count, tiles.workspace)
      run(tiles, c, a, b, in: workspace)
    }
  }

  /// Runs a matrix product, which is counted elsewhere.
  ///
  /// - Parameter workspace: of `tileWorkspace(for:)`, where an operand is stored in 16 bits.
  func run(
    _ product: MatrixProduct, _ c: Elements, _ a: Elements, _ b: Elements,
    in workspace: borrowing Tensor?
  ) {
    if let c = c.floats, let a = a.floats, let b = b.floats { return multiply(product, c, a, b) }
    switch workspace {
    case .some(let workspace): run(ProductTiles(product), c, a, b, in: workspace)
    case .none: preconditionFailure("no workspace for a product of 16 bits")
    }
  }

  /// A workspace for products that are parts of `product`, however it is cut up.
  func tileWorkspace(for product: MatrixProduct) -> Tensor {
    tileWorkspace(lanes: ProductTiles(product).count, ProductTiles.mostWorkspace(product))
  }

  private func tileWorkspace(lanes: Int, _ floats: Int) -> Tensor {
    make(Self.lanes(for: lanes), floats, .temporary, .productWorkspace, precision: .fp32)
  }

  /// Cuts the longer side of C among the cores. Every piece runs over all of k, so that the order
  /// of each sum does not depend on their number.
  private func multiply(
    _ product: MatrixProduct, _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>
  ) {
    guard let blas else { return }
    let threads = product.flops < Self.smallestWorthSharing ? 1 : Parallel.threads
    let cutsRows = product.m >= product.n
    let pieces = Parallel.pieces(
      max(product.m, product.n), grain: Self.grain, most: Self.piecesPerCore * threads)
    let duration = ContinuousClock().measure {
      Parallel.perform(pieces.count) { index in
        if cutsRows {
          let part = product.rows(pieces[index])
          part.product.run(c + part.offsetC, a + part.offsetA, b, blas)
        } else {
          let part = product.columns(pieces[index])
          part.product.run(c + part.offsetC, a, b + part.offsetB, blas)
        }
      }
    }
    addProductSeconds(duration.seconds * Double(min(pieces.count, threads)))
  }

  private func run(
    _ tiles: ProductTiles, _ c: Elements, _ a: Elements, _ b: Elements,
    in workspace: borrowing Tensor
  ) {
    guard let blas else { return }
    let (floats, width) = (workspace.address, workspace.columns)
    let lanes = min(workspace.rows, tiles.count)
    let duration = ContinuousClock().measure {
      Parallel.perform(lanes) { lane in
        for index in stride(from: lane, to: tiles.count, by: lanes) {
          tiles.run(index, c, a, b, in: floats + lane * width, blas)
        }
      }
    }
    addProductSeconds(duration.seconds * Double(min(lanes, Parallel.threads)))
  }

  /// Below this many FLOPs (5 µs of one core) waking another core costs more than it saves.
  private static let smallestWorthSharing = 1_000_000
  /// Pieces are multiples of this, so that they fill the kernels' register tiles.
  private static let grain = 64
  /// More than one, so that a core that is held up does not hold up the product.
  private static let piecesPerCore = 2
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
