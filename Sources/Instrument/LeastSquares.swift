import COpenBLAS

/// The vectors x that bring A·x closest to given vectors b, by LAPACK's `dgelsy`: a factorisation
/// with column pivoting, which tells how many columns of A are independent.
public struct LeastSquares: Sendable {
  /// x for each b; the shortest one where A has dependent columns.
  public let solutions: [[Double]]
  /// Number of independent columns.
  public let rank: Int

  /// Solves for all right-hand sides at once.
  ///
  /// - Parameters:
  ///   - matrix: A, by rows: m arrays of n numbers each.
  ///   - rightHandSides: each of m numbers.
  ///   - tolerance: columns whose condition is worse than its reciprocal count as dependent.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed, or was built without LAPACK.
  public init(
    _ matrix: [[Double]], _ rightHandSides: [[Double]], tolerance: Double = 1e-12
  ) throws(MissingComponent) {
    guard let dgelsy = try BLAS.load().functions.dgelsy else {
      throw MissingComponent("LAPACK", "OpenBLAS was built without it", "libopenblas-dev")
    }
    let (m, n) = (matrix.count, matrix.first?.count ?? 0)
    guard m > 0, n > 0, !rightHandSides.isEmpty else {
      solutions = rightHandSides.map { _ in [] }
      rank = 0
      return
    }
    // Column by column, as Fortran wants it; b has room for x where x is longer.
    var a = (0..<n).flatMap { column in matrix.map { $0[column] } }
    let height = max(m, n)
    var b = rightHandSides.flatMap { $0 + [Double](repeating: 0, count: height - m) }
    var pivots = [CInt](repeating: 0, count: n)
    var (found, info): (CInt, CInt) = (0, 0)
    func solve(_ work: inout [Double], size: CInt) {
      dgelsy(
        [CInt(m)], [CInt(n)], [CInt(rightHandSides.count)], &a, [CInt(m)], &b, [CInt(height)],
        &pivots, [tolerance], &found, &work, [size], &info)
    }
    // Called with size -1, it only says how much room it wants.
    var work = [0.0]
    solve(&work, size: -1)
    work = [Double](repeating: 0, count: Int(work[0]))
    solve(&work, size: CInt(work.count))
    precondition(info == 0, "dgelsy was called with a wrong argument \(-info)")
    rank = Int(found)
    solutions = rightHandSides.indices.map { Array(b[$0 * height..<$0 * height + n]) }
  }
}
