import CKernels
import Catalogue

/// Queries, keys and values of all heads.
public enum QueryKeyValue: ~Copyable {
  /// As their projection wrote them: (B·T, 3·a·d), queries, then keys, then values in each row.
  case fused(Tensor)
  /// As three tensors (B·a·T, d), each head contiguous.
  case split(Split)

  /// Three tensors (B·a·T, d).
  public struct Split: ~Copyable {
    let query: Tensor
    let key: Tensor
    let value: Tensor
  }

  /// Where the heads lie, for the ops; valid while the tensors live.
  public func places(_ shape: AttentionShape) -> HeadPlaces {
    switch self {
    case .fused(let qkv):
      HeadPlaces(fused: qkv.address, shape)
    case .split(let heads):
      HeadPlaces(
        query: heads.query.address, key: heads.key.address, value: heads.value.address,
        stride: shape.headDimension, headStep: shape.sequence * shape.headDimension,
        batchStep: shape.heads * shape.sequence * shape.headDimension)
    }
  }
}

/// The sizes of an attention: `batch` B, `heads` a, `sequence` T, `headDimension` d.
public struct AttentionShape: Sendable {
  let batch: Int
  let heads: Int
  let sequence: Int
  let headDimension: Int

  /// - Parameters:
  ///   - batch: B.
  ///   - heads: a.
  ///   - sequence: T.
  ///   - headDimension: d.
  public init(batch: Int, heads: Int, sequence: Int, headDimension: Int) {
    self.batch = batch
    self.heads = heads
    self.sequence = sequence
    self.headDimension = headDimension
  }

  /// Heads of the whole batch.
  var items: Int { batch * heads }
  /// a·d.
  var hidden: Int { heads * headDimension }
  /// Scores of one head.
  var square: Int { sequence * sequence }
  /// 1/√d.
  var scale: Float { 1 / Float(headDimension).squareRoot() }
}

/// Addresses of the heads of three tensors, and the distance between a head's rows.
public struct HeadPlaces {
  let query: UnsafeMutablePointer<Float>
  let key: UnsafeMutablePointer<Float>
  let value: UnsafeMutablePointer<Float>
  let stride: Int
  let headStep: Int
  let batchStep: Int

  /// Distance from the first head of the first sequence to this one.
  func offset(_ item: Int, _ shape: AttentionShape) -> Int {
    item / shape.heads * batchStep + item % shape.heads * headStep
  }
}

extension HeadPlaces {
  /// Of one tensor (B·T, 3·a·d).
  init(fused base: UnsafeMutablePointer<Float>, _ shape: AttentionShape) {
    let hidden = shape.hidden
    self.init(
      query: base, key: base + hidden, value: base + 2 * hidden, stride: 3 * hidden,
      headStep: shape.headDimension, batchStep: shape.sequence * 3 * hidden)
  }
}

extension Engine {
  /// Copies the projection's output (B·T, 3·a·d) into three tensors of contiguous heads.
  public func splitHeads(_ qkv: borrowing Tensor, _ shape: AttentionShape) -> QueryKeyValue {
    let rows = shape.items * shape.sequence
    let query = make(rows, shape.headDimension, .activation, .attentionQuery)
    let key = make(rows, shape.headDimension, .activation, .attentionKey)
    let value = make(rows, shape.headDimension, .activation, .attentionValue)
    record(.splitHeads, touching: 2 * qkv.bytes)
    if isReal {
      let (q, k, v, x) = (query.floats, key.floats, value.floats, qkv.floats)
      let (sequence, heads, dimension) = (shape.sequence, shape.heads, shape.headDimension)
      let step = sequence * shape.hidden
      Parallel.ranges(shape.batch * sequence, grain: 16) { rows in
        for batch in rows.lowerBound / sequence...(rows.upperBound - 1) / sequence {
          let first = max(rows.lowerBound - batch * sequence, 0)
          let last = min(rows.upperBound - batch * sequence, sequence)
          split_heads(
            q + batch * step, k + batch * step, v + batch * step, x + 3 * batch * step, sequence,
            heads, dimension, first, last)
        }
      }
    }
    return .split(QueryKeyValue.Split(query: query, key: key, value: value))
  }
}
