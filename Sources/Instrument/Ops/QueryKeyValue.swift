import Catalogue

/// Queries, keys and values of all heads.
public enum QueryKeyValue: ~Copyable {
  /// As one projection wrote them: (B·T, (a+2g)·d), queries, then keys, then values in each row.
  case fused(Tensor)
  /// As two projections wrote them.
  case paired(Pair)
  /// As three tensors, each head contiguous.
  case split(Split)

  /// Two tensors: queries (B·T, a·d); keys, then values in each row (B·S, 2g·d).
  public struct Pair: ~Copyable {
    let query: Tensor
    let keyValue: Tensor

    /// - Parameters:
    ///   - query: (B·T, a·d).
    ///   - keyValue: (B·S, 2g·d).
    public init(query: consuming Tensor, keyValue: consuming Tensor) {
      self.query = query
      self.keyValue = keyValue
    }
  }

  /// Three tensors: queries (B·a·T, d); keys and values (B·g·S, d), or (B·a·S, d) where each is
  /// repeated for every head of queries that it serves.
  public struct Split: ~Copyable {
    let query: Tensor
    let key: Tensor
    let value: Tensor
  }

  /// Where the heads lie, for the ops; valid while the tensors live.
  public func places(_ shape: AttentionShape) -> HeadPlaces {
    switch self {
    case .fused(let qkv):
      return HeadPlaces(fused: qkv, shape)
    case .paired(let pair):
      return HeadPlaces(query: pair.query, keyValue: pair.keyValue, shape)
    case .split(let heads):
      let kvCount = heads.key.rows / (shape.batch * shape.keys)
      func contiguous(_ tensor: borrowing Tensor) -> HeadPlaces.Heads {
        HeadPlaces.Heads(contiguous: tensor, kvCount, rows: shape.keys, shape)
      }
      return HeadPlaces(
        query: HeadPlaces.Heads(
          contiguous: heads.query, shape.heads, rows: shape.sequence, shape),
        key: contiguous(heads.key), value: contiguous(heads.value))
    }
  }
}

extension Engine {
  /// Copies what the projections wrote into three tensors of contiguous heads.
  ///
  /// - Parameters:
  ///   - heads: queries, keys and values.
  ///   - shape: the sizes.
  ///   - repeating: whether keys and values are repeated for every head of queries.
  public func splitHeads(
    _ heads: borrowing QueryKeyValue, _ shape: AttentionShape, repeating: Bool = false
  ) -> QueryKeyValue {
    let (a, d) = (shape.heads, shape.headDimension)
    let kvCount = repeating ? a : shape.kvHeads
    let kvRows = shape.batch * kvCount * shape.keys
    let query = make(shape.items * shape.sequence, d, .activation, .attentionQuery)
    let key = make(kvRows, d, .activation, .attentionKey)
    let value = make(kvRows, d, .activation, .attentionValue)
    let from = heads.places(shape)
    record(
      .splitHeads, touching: from.bytes(shape) + query.bytes + 2 * key.bytes)
    if isReal {
      func contiguous(
        _ tensor: borrowing Tensor, _ count: Int, rows: Int
      ) -> HeadPlaces.Heads {
        HeadPlaces.Heads(contiguous: tensor, count, rows: rows, shape)
      }
      copyHeads(from.query, contiguous(query, a, rows: shape.sequence), shape)
      copyHeads(from.key, contiguous(key, kvCount, rows: shape.keys), shape)
      copyHeads(from.value, contiguous(value, kvCount, rows: shape.keys), shape)
    }
    return .split(QueryKeyValue.Split(query: query, key: key, value: value))
  }

  /// Copies all rows of heads from one layout to another, which may have more heads, each for fewer
  /// queries.
  func copyHeads(
    _ source: HeadPlaces.Heads, _ target: HeadPlaces.Heads, _ shape: AttentionShape
  ) {
    let share = shape.heads / target.count
    Parallel.perform(shape.batch * target.count) { index in
      let item = index / target.count * shape.heads + index % target.count * share
      source.head(item, shape).copy(
        rows: source.rows, columns: shape.headDimension, stride: source.stride,
        to: target.head(item, shape), width: target.stride)
    }
  }
}
