import COpenBLAS

/// C (m,n) = alpha · op(A) (m,k) · op(B) (k,n) + beta · C, row-major. The one place from which
/// matrix products are run and counted.
struct MatrixProduct {
  var m: Int
  var n: Int
  var k: Int
  /// A is stored (k,m).
  var transposeA = false
  /// B is stored (n,k).
  var transposeB = false
  var alpha: Float = 1
  var beta: Float = 0
  /// Distance between rows as stored; the width of a dense matrix where 0.
  var strideA = 0
  var strideB = 0
  var strideC = 0

  /// A multiplication and an addition for each of m·n·k terms.
  var flops: Int { 2 * m * n * k }

  /// Bytes that are read and written, each operand once.
  func bytes(_ c: Elements, _ a: Elements, _ b: Elements) -> Int {
    m * n * c.precision.width + m * k * a.precision.width + k * n * b.precision.width
  }

  /// How the operands are stored.
  var matrixA: Stored { Stored(stride: lda, isTransposed: transposeA) }
  var matrixB: Stored { Stored(stride: ldb, isTransposed: transposeB) }
  var matrixC: Stored { Stored(stride: ldc, isTransposed: false) }

  private var lda: Int { strideA > 0 ? strideA : transposeA ? m : k }
  private var ldb: Int { strideB > 0 ? strideB : transposeB ? k : n }
  private var ldc: Int { strideC > 0 ? strideC : n }

  /// Runs on the calling core.
  func run(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ blas: BLAS
  ) {
    blas.functions.sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
      blasint(ldc))
  }

  /// The same product, set or added to what C holds.
  func adding(_ accumulates: Bool) -> MatrixProduct {
    var product = self
    product.beta = accumulates ? 1 : 0
    return product
  }

  /// The rows `range` of C, and where they begin in A and C.
  func rows(_ range: Range<Int>) -> (product: MatrixProduct, offsetA: Int, offsetC: Int) {
    var part = pinned
    part.m = range.count
    return (part, transposeA ? range.lowerBound : range.lowerBound * lda, range.lowerBound * ldc)
  }

  /// The columns `range` of C, and where they begin in B and C.
  func columns(_ range: Range<Int>) -> (product: MatrixProduct, offsetB: Int, offsetC: Int) {
    var part = pinned
    part.n = range.count
    return (part, transposeB ? range.lowerBound * ldb : range.lowerBound, range.lowerBound)
  }

  /// The same product with its strides written out, so that a part of it keeps them.
  private var pinned: MatrixProduct {
    var product = self
    product.strideA = lda
    product.strideB = ldb
    product.strideC = ldc
    return product
  }
}
