import CKernels
import Foundation
import TestSupport

/// Which keys a query sees, from its definition.
enum Mask: CaseIterable {
  case causal, bidirectional, prefix, window

  static let all = allCases

  func sees(_ query: Int, _ key: Int) -> Bool {
    switch self {
    case .causal: key <= query
    case .bidirectional: true
    case .prefix: key <= query || key < 37
    case .window: key <= query && query - key < 19
    }
  }

  var kernel: attention_mask {
    switch self {
    case .causal: attention_mask(prefix: 0, window: .max)
    case .bidirectional: attention_mask(prefix: .max, window: .max)
    case .prefix: attention_mask(prefix: 37, window: .max)
    case .window: attention_mask(prefix: 0, window: 19)
    }
  }
}

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

  /// Row r of `scores` belongs to position first + r.
  static func softmax(
    _ scores: [Double], scale: Double, _ mask: Mask, first: Int, T: Int
  ) -> [Double] {
    rows(scores, T).enumerated().flatMap { r, row in
      softmax(
        row.enumerated().map { mask.sees(first + r, $0.offset) ? $0.element * scale : -.infinity })
    }
  }

  /// d p_j / d s_i = scale p_j (delta_ij - p_i), summed over j.
  static func softmaxBackward(
    _ probabilities: [Double], dout: [Double], scale: Double, T: Int
  ) -> [Double] {
    zip(rows(probabilities, T), rows(dout, T)).flatMap { p, dy in
      let mean = dot(p, dy)
      return zip(p, dy).map { scale * $0 * ($1 - mean) }
    }
  }

  // MARK: One head of attention; q, k, v (T,D)

  static func attention(
    _ q: [Double], _ k: [Double], _ v: [Double], _ mask: Mask, T: Int, D: Int
  ) -> [Double] {
    let p = softmax(
      productTransposed(q, k, T, D, T), scale: 1 / Double(D).squareRoot(), mask, first: 0, T: T)
    return product(p, v, T, T, D)
  }

  static func attentionBackward(
    _ q: [Double], _ k: [Double], _ v: [Double], _ mask: Mask, dout: [Double], T: Int, D: Int
  ) -> (q: [Double], k: [Double], v: [Double]) {
    let scale = 1 / Double(D).squareRoot()
    let p = softmax(productTransposed(q, k, T, D, T), scale: scale, mask, first: 0, T: T)
    let dp = productTransposed(dout, v, T, D, T)
    let ds = softmaxBackward(p, dout: dp, scale: scale, T: T)
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
