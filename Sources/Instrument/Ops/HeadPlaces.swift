/// Where the heads of queries, keys and values lie, for the ops; valid while their tensors live.
public struct HeadPlaces {
  let query: Heads
  let key: Heads
  let value: Heads

  /// Bytes of queries, keys and values.
  func bytes(_ shape: AttentionShape) -> Int {
    let width = query.base.precision.width
    return (query.count + key.count + value.count) * shape.batch * shape.sequence
      * shape.headDimension * width
  }

  /// The heads of one operand.
  struct Heads {
    /// The first row of the first head.
    let base: Elements
    /// Distance between a head's rows.
    let stride: Int
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
  init(fused tensor: borrowing Tensor, _ shape: AttentionShape) {
    let (base, d, width) = (tensor.elements, shape.headDimension, shape.qkvWidth)
    func heads(_ first: Int, _ count: Int) -> Heads {
      Heads(
        base: base.advanced(by: first * d), stride: width, headStep: d,
        batchStep: shape.sequence * width, count: count)
    }
    self.init(
      query: heads(0, shape.heads), key: heads(shape.heads, shape.kvHeads),
      value: heads(shape.heads + shape.kvHeads, shape.kvHeads))
  }
}

extension HeadPlaces.Heads {
  /// The same heads from a later row on.
  func advanced(by rows: Int) -> HeadPlaces.Heads {
    HeadPlaces.Heads(
      base: base.advanced(by: rows * stride), stride: stride, headStep: headStep,
      batchStep: batchStep, count: count)
  }

  /// Of a tensor (B·count·T, d), each head contiguous.
  init(contiguous tensor: borrowing Tensor, _ count: Int, _ shape: AttentionShape) {
    let (T, d) = (shape.sequence, shape.headDimension)
    self.init(
      base: tensor.elements, stride: d, headStep: T * d, batchStep: count * T * d, count: count)
  }

  /// Of a tensor (B·T, a·d), such as the context.
  init(context tensor: borrowing Tensor, _ shape: AttentionShape) {
    self.init(
      base: tensor.elements, stride: shape.hidden, headStep: shape.headDimension,
      batchStep: shape.sequence * shape.hidden, count: shape.heads)
  }
}
