/// Where the heads of queries, keys and values lie, for the ops; valid while their tensors live.
public struct HeadPlaces {
  let query: Heads
  let key: Heads
  let value: Heads

  /// Elements of queries, keys and values.
  func count(_ shape: AttentionShape) -> Int {
    (query.count + key.count + value.count) * shape.batch * shape.sequence * shape.headDimension
  }

  /// The heads of one operand.
  struct Heads {
    /// The first row of the first head.
    let base: UnsafeMutablePointer<Float>
    /// Distance between a head's rows.
    let stride: Int
    /// Distance between the heads of a sequence.
    let headStep: Int
    /// Distance between sequences.
    let batchStep: Int
    /// Heads that there are in a sequence.
    let count: Int

    /// The first row of the head that serves query head `item` of the batch.
    func head(_ item: Int, _ shape: AttentionShape) -> UnsafeMutablePointer<Float> {
      let (batch, head) = (item / shape.heads, item % shape.heads)
      return base + batch * batchStep + head * count / shape.heads * headStep
    }
  }
}

extension HeadPlaces {
  /// Of one tensor (B·T, (a+2g)·d): queries, then keys, then values in each row.
  init(fused base: UnsafeMutablePointer<Float>, _ shape: AttentionShape) {
    let (d, width) = (shape.headDimension, shape.qkvWidth)
    func heads(_ first: Int, _ count: Int) -> Heads {
      Heads(
        base: base + first * d, stride: width, headStep: d, batchStep: shape.sequence * width,
        count: count)
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
      base: base + rows * stride, stride: stride, headStep: headStep, batchStep: batchStep,
      count: count)
  }

  /// Of a tensor (B·count·T, d), each head contiguous.
  init(contiguous base: UnsafeMutablePointer<Float>, _ count: Int, _ shape: AttentionShape) {
    let (T, d) = (shape.sequence, shape.headDimension)
    self.init(base: base, stride: d, headStep: T * d, batchStep: count * T * d, count: count)
  }
}
