import CKernels
import Catalogue

/// Keys and values of the tokens seen so far, of one block: (B·g·capacity, d) each, each head
/// contiguous.
public struct KVCache: ~Copyable {
  let keys: Tensor
  let values: Tensor
  /// The scales of keys and values that are integers, one for each row.
  let keyScales: Tensor?
  let valueScales: Tensor?
  /// Tokens of a sequence that it has room for.
  let capacity: Int

  /// Allocates room for `capacity` tokens of every sequence.
  public init(capacity: Int, _ shape: AttentionShape, _ engine: Engine) {
    let rows = shape.batch * shape.kvHeads * capacity
    keys = engine.make(rows, shape.headDimension, .kvCache, .cachedKeys)
    values = engine.make(rows, shape.headDimension, .kvCache, .cachedValues)
    func scales(_ role: TensorRole) -> Tensor? {
      guard engine.formats.kvCache == .int8 else { return nil }
      return engine.make(rows, 1, .kvCache, role, precision: .fp32)
    }
    keyScales = scales(.cachedKeyScales)
    valueScales = scales(.cachedValueScales)
    self.capacity = capacity
  }

  private func heads(
    _ tensor: borrowing Tensor, _ scales: borrowing Tensor?, _ shape: AttentionShape
  ) -> HeadPlaces.Heads {
    let d = shape.headDimension
    var elements = tensor.elements
    switch scales {
    case .some(let scales):
      elements.scales = Elements.RowScales(base: scales.address, columns: d)
    case .none: break
    }
    return HeadPlaces.Heads(
      base: elements, stride: d, rows: capacity, headStep: capacity * d,
      batchStep: shape.kvHeads * capacity * d, count: shape.kvHeads)
  }

  func places(_ shape: AttentionShape) -> (keys: HeadPlaces.Heads, values: HeadPlaces.Heads) {
    (heads(keys, keyScales, shape), heads(values, valueScales, shape))
  }
}

extension Engine {
  /// Copies the keys and values of new tokens to their place in the cache.
  ///
  /// - Parameters:
  ///   - cache: gets them.
  ///   - qkv: (B·n, (a+2g)·d), of n tokens a sequence.
  ///   - first: the position of the first of them.
  ///   - shape: its sequence is n.
  public func append(
    to cache: borrowing KVCache, _ qkv: borrowing Tensor, first: Int, _ shape: AttentionShape
  ) {
    precondition(first + shape.sequence <= cache.capacity, "the cache is full")
    let (n, d) = (shape.sequence, shape.headDimension)
    record(
      .appendToCache,
      touching: 2 * shape.kvItems * n * d * (qkv.precision.width + cache.keys.precision.width))
    guard isReal else { return }
    let (from, to) = (HeadPlaces(fused: qkv, shape), cache.places(shape))
    copyHeads(from.key, to.keys.advanced(by: first), shape)
    copyHeads(from.value, to.values.advanced(by: first), shape)
  }

  /// Attention of new tokens to all that the cache holds: softmax(q·kᵀ/√d)·v.
  ///
  /// - Parameters:
  ///   - context: (B·n, a·d), written.
  ///   - scores: (B·a·n, first+n) of fp32, written.
  ///   - qkv: (B·n, (a+2g)·d).
  ///   - cache: holds the keys and values of the new tokens, too.
  ///   - first: the position of the first new token.
  ///   - shape: its sequence is n.
  public func attend(
    into context: borrowing Tensor, scores: borrowing Tensor, _ qkv: borrowing Tensor,
    to cache: borrowing KVCache, first: Int, _ shape: AttentionShape
  ) {
    let (n, d, total) = (shape.sequence, shape.headDimension, first + shape.sequence)
    let queries = HeadPlaces(fused: qkv, shape).query
    let contexts = HeadPlaces.Heads(context: context, shape)
    let (keys, values) = cache.places(shape)
    let all = scores.address
    let panels = HeadPanels(
      4, isNarrow: queries.base.isNarrow || keys.base.isNarrow, rows: total, shape, self)
    let score = MatrixProduct(
      m: n, n: total, k: d, transposeB: true, strideA: panels.stride(queries),
      strideB: panels.stride(keys))
    let weigh = MatrixProduct(
      m: n, n: d, k: total, strideB: panels.stride(values), strideC: panels.stride(contexts))
    let products = forEach(shape.items) { item, lane in
      let row = all + item * n * total
      let query = panels.read(queries, item, slot: 0, lane)
      let key = panels.read(keys, item, slot: 1, rows: total, lane)
      let value = panels.read(values, item, slot: 2, rows: total, lane)
      let output = panels.place(contexts, item, slot: 3, lane)
      lane.multiply(score, .attentionScores, row, query.floats, key.floats)
      lane.kernel {
        shape.addPosition(row, item, first, 0, rows: n, columns: total, stride: total)
        softmax_masked_forward(row, row, shape.scale, shape.mask.kernel, first, n, total)
      }
      lane.multiply(weigh, .attentionContext, output.floats, row, value.floats)
      panels.store(output, contexts, item, lane)
    }
    record(
      .attention, elementwise: (Self.softmaxFLOPs + shape.positionFLOPs) * shape.items * n * total,
      touching: 2 * context.bytes + 4 * scores.bytes
        + 2 * shape.kvItems * total * d * keys.base.precision.width,
      products: products)
  }

  /// The last of each sequence's n rows of `input` (B·n,C), into `output` (B,C).
  public func lastRows(into output: borrowing Tensor, _ input: borrowing Tensor) {
    record(.lastRows, touching: 2 * output.bytes)
    guard isReal else { return }
    let (count, width) = (input.rows / output.rows, input.columns)
    input.elements.advanced(by: (count - 1) * width).copy(
      rows: output.rows, columns: width, stride: count * width, to: output.elements, width: width)
  }

  /// The column of each row's largest element; nil in a dry run.
  public func largest(_ rows: borrowing Tensor) -> [Int64]? {
    record(.largest, elementwise: rows.count, touching: rows.bytes)
    guard isReal else { return nil }
    let (values, width) = (rows.values(), rows.columns)
    return (0..<rows.rows).map { row in
      let first = row * width
      let best = (first..<first + width).max { values[$0] < values[$1] } ?? first
      return Int64(best - first)
    }
  }
}
