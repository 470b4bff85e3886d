/// Where the heads of queries, keys and values lie, for the ops; valid while their tensors live.
public struct HeadPlaces {
  let query: Heads
  let key: Heads
  let value: Heads

  /// Bytes of queries, keys and values.
  func bytes(_ shape: AttentionShape) -> Int {
    let rows = query.count * query.rows + key.count * key.rows + value.count * value.rows
    return rows * shape.batch * shape.headDimension * query.base.precision.width
  }

  /// The heads of one operand.
  struct Heads {
    /// The first row of the first head.
    let base: Elements
    /// Distance between a head's rows.
    let stride: Int
    /// How many rows a head has.
    let rows: Int
    /// Distance between the heads of a sequence.
    let headStep: Int
    /// Distance between sequences.
    let batchStep: Int
    /// Heads that there are in a sequence.
    let count: Int

    /// The first row of the head that serves query head `item` of the batch.
    func head(_ item: Int, _ shape: AttentionShape) -> Elements {
      let (batch, head) = (item / shape.heads, item % shape.heads)
      return base.advanced(by: batch * batchStep + head * count / shape.heads * headStep)
    }
  }
}

extension HeadPlaces {
  /// Of one tensor (B·T, (a+2g)·d): queries, then keys, then values in each row.
  public init(fused tensor: borrowing Tensor, _ shape: AttentionShape) {
    let (base, a, g) = (tensor.elements, shape.heads, shape.kvHeads)
    func heads(_ first: Int, _ count: Int) -> Heads {
      Heads(base, first, count, of: a + 2 * g, rows: shape.sequence, shape)
    }
    self.init(query: heads(0, a), key: heads(a, g), value: heads(a + g, g))
  }

  /// Of two tensors: queries (B·T, a·d), and (B·S, 2g·d) keys, then values in each row.
  public init(
    query: borrowing Tensor, keyValue: borrowing Tensor, _ shape: AttentionShape
  ) {
    let a = shape.heads
    self.init(
      query: Heads(query.elements, 0, a, of: a, rows: shape.sequence, shape), keyValue, shape)
  }

  /// The same queries with other keys and values, (B·S, 2g·d) as above.
  public func with(keyValue: borrowing Tensor, _ shape: AttentionShape) -> HeadPlaces {
    HeadPlaces(query: query, keyValue, shape)
  }

  private init(query: Heads, _ keyValue: borrowing Tensor, _ shape: AttentionShape) {
    let g = shape.kvHeads
    func heads(_ first: Int) -> Heads {
      Heads(keyValue.elements, first, g, of: 2 * g, rows: shape.keys, shape)
    }
    self.init(query: query, key: heads(0), value: heads(g))
  }
}

extension HeadPlaces.Heads {
  /// The same heads from a later row on.
  func advanced(by rows: Int) -> HeadPlaces.Heads {
    HeadPlaces.Heads(
      base: base.advanced(by: rows * stride), stride: stride, rows: self.rows - rows,
      headStep: headStep, batchStep: batchStep, count: count)
  }

  /// Of a tensor whose rows hold `total` heads: `count` of them from `first` on.
  init(
    _ base: Elements, _ first: Int, _ count: Int, of total: Int, rows: Int,
    _ shape: AttentionShape
  ) {
    let (d, width) = (shape.headDimension, total * shape.headDimension)
    self.init(
      base: base.advanced(by: first * d), stride: width, rows: rows, headStep: d,
      batchStep: rows * width, count: count)
  }

  /// Of a tensor (B·count·rows, d), each head contiguous.
  init(
    contiguous tensor: borrowing Tensor, _ count: Int, rows: Int, _ shape: AttentionShape
  ) {
    let (d, head) = (shape.headDimension, rows * shape.headDimension)
    self.init(
      base: tensor.elements, stride: d, rows: rows, headStep: head, batchStep: count * head,
      count: count)
  }

  /// Of a tensor (B·T, a·d), such as the context.
  init(context tensor: borrowing Tensor, _ shape: AttentionShape) {
    self.init(tensor.elements, 0, shape.heads, of: shape.heads, rows: shape.sequence, shape)
  }
}
