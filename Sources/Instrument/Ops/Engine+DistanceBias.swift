import CKernels
import Catalogue

extension Engine {
  /// Writes what each head adds to its scores, by distance.
  ///
  /// - Parameters:
  ///   - bias: (a, 2T-1), from the distance 1-T up to T-1.
  ///   - table: (buckets, a), learned.
  ///   - buckets: that of each distance.
  public func distanceBias(
    into bias: borrowing Tensor, table: borrowing Tensor, _ buckets: RelativeBuckets
  ) {
    record(.distanceBias, touching: bias.bytes + table.bytes)
    guard isReal else { return }
    let (learned, heads) = (table.values(), table.columns)
    let (floats, width) = (bias.floats, bias.columns)
    for place in 0..<width {
      let bucket = buckets.bucket(of: place - width / 2)
      for head in 0..<heads { floats[head * width + place] = learned[bucket * heads + head] }
    }
  }

  /// Gradient of the learned table.
  ///
  /// - Parameters:
  ///   - table: (buckets, a), overwritten unless `accumulating`.
  ///   - accumulating: whether `table` holds gradients already.
  ///   - gradients: (B·a, 2T-1), sums of the scores' gradients by distance.
  ///   - buckets: as in forward.
  public func distanceBiasBackward(
    table: borrowing Tensor, accumulating: Bool, from gradients: borrowing Tensor,
    _ buckets: RelativeBuckets
  ) {
    record(
      .distanceBiasBackward, elementwise: gradients.count,
      touching: gradients.bytes + 2 * table.bytes)
    guard isReal else { return }
    let (floats, width, heads) = (gradients.floats, gradients.columns, table.columns)
    var sums = accumulating ? table.values() : [Float](repeating: 0, count: table.count)
    for place in 0..<width {
      let bucket = buckets.bucket(of: place - width / 2)
      for item in 0..<gradients.rows {
        sums[bucket * heads + item % heads] += floats[item * width + place]
      }
    }
    table.assign(sums)
  }
}

extension AttentionShape {
  /// Arithmetic operations per score of `addPosition`: a product and a sum for ALiBi, a sum for what
  /// is learned.
  var positionFLOPs: Int { slopes.isEmpty ? biasFLOPs : 2 }

  /// The same of what is learned alone, and of its gradient.
  var biasFLOPs: Int { bias == nil ? 0 : 1 }

  /// Adds to a head's scores what they gain or lose with the distance, before they are scaled.
  ///
  /// - Parameters:
  ///   - scores: (rows, columns) from query `firstQuery` and key `firstKey` on.
  ///   - stride: distance between rows.
  func addPosition(
    _ scores: UnsafeMutablePointer<Float>, _ item: Int, _ firstQuery: Int, _ firstKey: Int,
    rows: Int, columns: Int, stride: Int
  ) {
    if let bias {
      distance_forward(
        scores, bias.values(item, self), firstQuery, firstKey, rows, columns, stride)
    }
    guard !slopes.isEmpty else { return }
    alibi_forward(scores, slope(item) / scale, firstQuery, firstKey, rows, columns, stride)
  }

  /// Adds the gradients of a head's scores to those of what was added to them.
  func addPositionGradient(
    of scores: UnsafeMutablePointer<Float>, _ item: Int, _ firstQuery: Int, _ firstKey: Int,
    rows: Int, columns: Int, stride: Int
  ) {
    guard let gradient = bias?.gradient(item, self) else { return }
    distance_backward(gradient, scores, firstQuery, firstKey, rows, columns, stride)
  }
}
