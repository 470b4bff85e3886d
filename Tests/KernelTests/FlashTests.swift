import CKernels
import Foundation
import TestSupport
import Testing

/// One head of attention put together from the tile kernels and plain matrix products, as the
/// program does it, with padding between rows that no kernel may touch.
struct TiledAttention {
  var q, k, v: [Float]
  var T, D: Int
  var rows = 16
  var columns = 24
  var reversed = false
  var mask = Mask.causal
  let padding = 3

  var scale: Float { 1 / Float(D).squareRoot() }
  var ld: Int { columns + padding }
  var ldo: Int { D + padding }

  func tiles(_ size: Int) -> [Range<Int>] {
    stride(from: 0, to: T, by: size).map { $0..<min($0 + size, T) }
  }

  /// x[i].y[j] for one tile, in rows of ld, with NaN between.
  func scores(_ x: [Float], _ xs: Range<Int>, _ y: [Float], _ ys: Range<Int>) -> [Float] {
    var s = garbage(rows * ld)
    for (r, i) in xs.enumerated() {
      for (c, j) in ys.enumerated() {
        s[r * ld + c] = Float(
          (0..<D).reduce(0.0) { $0 + Double(x[i * D + $1]) * Double(y[j * D + $1]) })
      }
    }
    return s
  }

  /// out (T,D) and lse (T).
  func forward() -> (out: [Float], lse: [Float]) {
    var out: [Float] = []
    var lse: [Float] = []
    for queries in tiles(rows) {
      let n = queries.count
      var m = [Float](repeating: -.infinity, count: n)
      var l = zeros(n)
      var o = garbage(rows * ldo)
      // Tiles that are hidden altogether are worked on too, and in either order.
      let keyTiles = reversed ? tiles(columns).reversed() : tiles(columns)
      for keys in keyTiles {
        var s = scores(q, queries, k, keys)
        flash_tile_forward(
          &s, &m, &l, &o, scale, mask.kernel, queries.lowerBound, keys.lowerBound, n, keys.count,
          ld, D, ldo)
        for r in 0..<n {
          for (c, j) in keys.enumerated() {
            for d in 0..<D { o[r * ldo + d] += s[r * ld + c] * v[j * D + d] }
          }
        }
      }
      var sums = garbage(n)
      flash_finish_forward(&o, &sums, m, l, n, D, ldo)
      lse += sums
      for r in 0..<rows {
        if r < n { out += o[r * ldo..<r * ldo + D] }
        #expect(o[r * ldo + D..<(r + 1) * ldo].allSatisfy { $0.isNaN })
      }
    }
    return (out, lse)
  }

  func backward(dout: [Float]) -> (q: [Float], k: [Float], v: [Float]) {
    let (out, lse) = forward()
    var (dq, dk, dv) = (zeros(T * D), zeros(T * D), zeros(T * D))
    var delta = garbage(T)
    flash_delta(&delta, dout, out, T, D, D, D)
    for queries in tiles(rows) {
      for keys in tiles(columns) {
        var s = scores(q, queries, k, keys)
        var ds = scores(dout, queries, v, keys)
        flash_tile_backward(
          &ds, &s, Array(lse[queries]), Array(delta[queries]), scale, mask.kernel,
          queries.lowerBound, keys.lowerBound, queries.count, keys.count, ld)
        for (r, i) in queries.enumerated() {
          for (c, j) in keys.enumerated() {
            for d in 0..<D {
              dv[j * D + d] += s[r * ld + c] * dout[i * D + d]
              dq[i * D + d] += ds[r * ld + c] * k[j * D + d]
              dk[j * D + d] += ds[r * ld + c] * q[i * D + d]
            }
          }
          #expect(s[r * ld + keys.count..<(r + 1) * ld].allSatisfy { $0.isNaN })
          #expect(ds[r * ld + keys.count..<(r + 1) * ld].allSatisfy { $0.isNaN })
        }
      }
    }
    return (dq, dk, dv)
  }
}

@Suite struct FlashTests {
  static let shapes = [(T: 1, D: 1), (T: 7, D: 3), (T: 64, D: 16), (T: 100, D: 20)]

  static func attention(T: Int, D: Int, seed: UInt64) -> (TiledAttention, dout: [Float]) {
    var random = SplitMix64(seed: seed)
    let attention = TiledAttention(
      q: random.floats(T * D), k: random.floats(T * D), v: random.floats(T * D), T: T, D: D)
    return (attention, random.floats(T * D))
  }

  @Test(
    "Attention by tiles equals attention by whole rows",
    arguments: shapes.flatMap { shape in [false, true].map { (shape, $0) } }, Mask.all)
  func forward(given: (shape: (T: Int, D: Int), reversed: Bool), mask: Mask) {
    let (T, D) = given.shape
    var (tiled, _) = Self.attention(T: T, D: D, seed: 1)
    tiled.reversed = given.reversed
    tiled.mask = mask
    let (out, lse) = tiled.forward()
    let (q, k, v) = (tiled.q.doubles, tiled.k.doubles, tiled.v.doubles)
    let expected = Reference.attention(q, k, v, mask, T: T, D: D)
    // Scores of up to 4 sqrt(D) are rounded, scaled and rescaled tile by tile; two sums over T.
    let allowed = roundingBound(operations: 8 + Int(4 * Double(D).squareRoot()), sumOf: 2 * T)
    #expect(relativeError(out, expected) <= allowed)

    let scores = Reference.productTransposed(q, k, T, D, T)
    let logSums = Reference.rows(scores, T).enumerated().map { r, row in
      log(
        row.enumerated().filter { mask.sees(r, $0.offset) }
          .reduce(0) { $0 + exp($1.element / Double(D).squareRoot()) })
    }
    #expect(relativeError(lse, logSums) <= allowed)
  }

  @Test("The gradient by tiles equals the gradient by whole rows", arguments: shapes, Mask.all)
  func backward(shape: (T: Int, D: Int), mask: Mask) {
    let (T, D) = shape
    var (tiled, dout) = Self.attention(T: T, D: D, seed: 2)
    tiled.mask = mask
    let (q, k, v) = (tiled.q.doubles, tiled.k.doubles, tiled.v.doubles)
    let expected = Reference.attentionBackward(q, k, v, mask, dout: dout.doubles, T: T, D: D)
    if T * D < 100 {
      func loss(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
        dot(Reference.attention(q, k, v, mask, T: T, D: D), dout.doubles)
      }
      let byQ = centralDifferences(q) { loss($0, k, v) }
      let byK = centralDifferences(k) { loss(q, $0, v) }
      let byV = centralDifferences(v) { loss(q, k, $0) }
      #expect(relativeError(expected.q, byQ) <= differenceBound)
      #expect(relativeError(expected.k, byK) <= differenceBound)
      #expect(relativeError(expected.v, byV) <= differenceBound)
    }

    let actual = tiled.backward(dout: dout)
    // As forward; dout.v - delta cancels where one key has all the weight, so against that
    // difference's terms, of size D.
    let allowed = roundingBound(operations: 16 + Int(4 * Double(D).squareRoot()), sumOf: 2 * T)
    #expect(relativeError(actual.q, expected.q, size: 4) <= allowed)
    #expect(relativeError(actual.k, expected.k, size: 4) <= allowed)
    #expect(relativeError(actual.v, expected.v) <= allowed)
  }

  @Test("Rows of a tile one by one equal the tile, bit for bit")
  func pieces() {
    let (tiled, _) = Self.attention(T: 40, D: 20, seed: 3)
    let queries = 20..<36
    let s = tiled.scores(tiled.q, queries, tiled.k, 16..<40)
    let ld = tiled.ld
    func run(_ rows: Range<Int>) -> [UInt32] {
      var part = Array(s[rows.lowerBound * ld..<rows.upperBound * ld])
      var m = [Float](repeating: 0.25, count: rows.count)
      var l = [Float](repeating: 1.5, count: rows.count)
      var o = [Float](repeating: 0.75, count: rows.count * 20)
      flash_tile_forward(
        &part, &m, &l, &o, 0.3, tiled.mask.kernel, 20 + rows.lowerBound, 16, rows.count, 24, ld, 20,
        20)
      return rows.indices.flatMap { i -> [UInt32] in
        let r = i - rows.lowerBound
        return Array(part[r * ld..<r * ld + 24]).bits + [m[r].bitPattern, l[r].bitPattern]
          + Array(o[r * 20..<(r + 1) * 20]).bits
      }
    }
    #expect((0..<16).flatMap { run($0..<$0 + 1) } == run(0..<16))
  }
}
