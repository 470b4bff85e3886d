/// op(A) (m,k) times op(B) (k,n), in double precision; A is stored (k,m) and B (n,k) where
/// transposed.
func product(
  _ a: [Double], _ b: [Double], m: Int, n: Int, k: Int, transposeA: Bool = false,
  transposeB: Bool = false
) -> [Double] {
  var c = [Double](repeating: 0, count: m * n)
  for i in 0..<m {
    for j in 0..<n {
      var sum = 0.0
      for p in 0..<k {
        sum += a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j]
      }
      c[i * n + j] = sum
    }
  }
  return c
}

/// The rows of a matrix of that width.
func rows(_ x: [Double], _ width: Int) -> [[Double]] {
  stride(from: 0, to: x.count, by: width).map { Array(x[$0..<$0 + width]) }
}

/// The sums over the rows of a matrix.
func columnSums(_ x: [Double], _ width: Int) -> [Double] {
  rows(x, width).reduce(into: [Double](repeating: 0, count: width)) { sums, row in
    for column in row.indices { sums[column] += row[column] }
  }
}
