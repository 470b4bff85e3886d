import Catalogue

/// Part of the rows of queries, keys and values.
public enum HeadPart: Sendable {
  /// The rows of queries, of keys, or of values.
  case query, key
  /// Keys and values.
  case keyValue

  fileprivate func columns(_ shape: AttentionShape) -> Range<Int> {
    let queries = shape.heads * shape.headDimension
    return switch self {
    case .query: 0..<queries
    case .key: queries..<queries + shape.kvHeads * shape.headDimension
    case .keyValue: queries..<shape.qkvWidth
    }
  }
}

extension Engine {
  /// Copies a part of `qkv` (B·T, (a+2g)·d) into `heads` (B·T·count, d), or of another form.
  public func copyOut(
    into heads: borrowing Tensor, _ qkv: borrowing Tensor, _ part: HeadPart,
    _ shape: AttentionShape
  ) {
    let columns = part.columns(shape)
    record(.copyHeads, touching: 2 * heads.bytes)
    guard isReal else { return }
    qkv.elements.advanced(by: columns.lowerBound).copy(
      rows: qkv.rows, columns: columns.count, stride: qkv.columns, to: heads.elements,
      width: columns.count)
  }

  /// Copies `heads` (B·T·count, d), or of another form, back to their place in `qkv` (B·T, (a+2g)·d).
  public func copyBack(
    into qkv: borrowing Tensor, _ heads: borrowing Tensor, _ part: HeadPart,
    _ shape: AttentionShape
  ) {
    let columns = part.columns(shape)
    record(.copyHeads, touching: 2 * heads.bytes)
    guard isReal else { return }
    heads.elements.copy(
      rows: qkv.rows, columns: columns.count, stride: columns.count,
      to: qkv.elements.advanced(by: columns.lowerBound), width: qkv.columns)
  }
}
