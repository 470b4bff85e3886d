import Catalogue

/// Queries, keys and values of all heads.
public enum QueryKeyValue: ~Copyable {
  /// As their projection wrote them: (B·T, (a+2g)·d), queries, then keys, then values in each row.
  case fused(Tensor)
  /// As three tensors, each head contiguous.
  case split(Split)

  /// Three tensors: queries (B·a·T, d); keys and values (B·g·T, d), or (B·a·T, d) where each is
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
    case .split(let heads):
      let kvCount = heads.key.rows / (shape.batch * shape.sequence)
      return HeadPlaces(
        query: HeadPlaces.Heads(contiguous: heads.query, shape.heads, shape),
        key: HeadPlaces.Heads(contiguous: heads.key, kvCount, shape),
        value: HeadPlaces.Heads(contiguous: heads.value, kvCount, shape))
    }
  }
}

extension Engine {
  /// Copies the projection's output (B·T, (a+2g)·d) into three tensors of contiguous heads.
  ///
  /// - Parameters:
  ///   - qkv: queries, then keys, then values in each row.
  ///   - shape: the sizes.
  ///   - repeating: whether keys and values are repeated for every head of queries.
  public func splitHeads(
    _ qkv: borrowing Tensor, _ shape: AttentionShape, repeating: Bool = false
  ) -> QueryKeyValue {
    let kvCount = repeating ? shape.heads : shape.kvHeads
    let rows = shape.batch * shape.sequence
    let query = make(rows * shape.heads, shape.headDimension, .activation, .attentionQuery)
    let key = make(rows * kvCount, shape.headDimension, .activation, .attentionKey)
    let value = make(rows * kvCount, shape.headDimension, .activation, .attentionValue)
    record(.splitHeads, touching: qkv.bytes + query.bytes + 2 * key.bytes)
    if isReal {
      let from = HeadPlaces(fused: qkv, shape)
      copyHeads(from.query, HeadPlaces.Heads(contiguous: query, shape.heads, shape), shape)
      copyHeads(from.key, HeadPlaces.Heads(contiguous: key, kvCount, shape), shape)
      copyHeads(from.value, HeadPlaces.Heads(contiguous: value, kvCount, shape), shape)
    }
    return .split(QueryKeyValue.Split(query: query, key: key, value: value))
  }

  /// Copies heads from one layout to another, which may have more heads, each for fewer queries.
  func copyHeads(
    _ source: HeadPlaces.Heads, _ target: HeadPlaces.Heads, _ shape: AttentionShape
  ) {
    let share = shape.heads / target.count
    Parallel.perform(shape.batch * target.count) { index in
      let item = index / target.count * shape.heads + index % target.count * share
      source.head(item, shape).copy(
        rows: shape.sequence, columns: shape.headDimension, stride: source.stride,
        to: target.head(item, shape), width: target.stride)
    }
  }
}
