import Foundation

extension Reference {
  // MARK: Softmax

  static func softmax(_ x: [Double]) -> [Double] {
    let largest = x.max()!
    let e = x.map { exp($0 - largest) }
    let sum = e.reduce(0, +)
    return e.map { $0 / sum }
  }

  static func logSoftmax(_ x: [Double]) -> [Double] {
    let largest = x.max()!
    let logSum = log(x.map { exp($0 - largest) }.reduce(0, +))
    return x.map { $0 - largest - logSum }
  }

  /// Row r of `scores` belongs to position first + r, and sees that many columns and its own.
  static func causalSoftmax(_ scores: [Double], scale: Double, first: Int, T: Int) -> [Double] {
    rows(scores, T).enumerated().flatMap { r, row in
      let visible = row[...(first + r)].map { $0 * scale }
      return softmax(visible) + [Double](repeating: 0, count: T - visible.count)
    }
  }

  /// d p_j / d s_i = scale p_j (delta_ij - p_i), summed over j.
  static func causalSoftmaxBackward(
    _ probabilities: [Double], dout: [Double], scale: Double, T: Int
  ) -> [Double] {
    zip(rows(probabilities, T), rows(dout, T)).flatMap { p, dy in
      let mean = dot(p, dy)
      return zip(p, dy).map { scale * $0 * ($1 - mean) }
    }
  }

  // MARK: One head of attention; q, k, v (T,D)

  static func attention(_ q: [Double], _ k: [Double], _ v: [Double], T: Int, D: Int) -> [Double] {
    let p = causalSoftmax(
      productTransposed(q, k, T, D, T), scale: 1 / Double(D).squareRoot(), first: 0, T: T)
    return product(p, v, T, T, D)
  }

  static func attentionBackward(
    _ q: [Double], _ k: [Double], _ v: [Double], dout: [Double], T: Int, D: Int
  ) -> (q: [Double], k: [Double], v: [Double]) {
    let scale = 1 / Double(D).squareRoot()
    let p = causalSoftmax(productTransposed(q, k, T, D, T), scale: scale, first: 0, T: T)
    let dp = productTransposed(dout, v, T, D, T)
    let ds = causalSoftmaxBackward(p, dout: dp, scale: scale, T: T)
    return (
      product(ds, k, T, T, D), product(transposed(ds, T, T), q, T, T, D),
      product(transposed(p, T, T), dout, T, T, D)
    )
  }

  // MARK: Matrix products

  /// a (m,k) times b (k,n).
  static func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for l in 0..<k { for j in 0..<n { c[i * n + j] += a[i * k + l] * b[l * n + j] } }
    }
    return c
  }

  /// a (m,n), transposed.
  static func transposed(_ a: [Double], _ m: Int, _ n: Int) -> [Double] {
    (0..<n).flatMap { j in (0..<m).map { i in a[i * n + j] } }
  }

  /// a (m,k) times b (n,k) transposed.
  static func productTransposed(
    _ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int
  ) -> [Double] {
    product(a, transposed(b, n, k), m, k, n)
  }
}
