import CKernels
import Catalogue

extension Engine {
  /// Tiled attention (Dao, arXiv 2307.08691): no (T,T) tensor exists, tiles that the mask
  /// hides are skipped, and of the softmax only the logarithm of each row's sum is kept.
  ///
  /// - Parameters:
  ///   - context: (B·T, a·d), written.
  ///   - logSumExp: (B·a, T), written.
  ///   - qkv: queries, keys and values.
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities.
  public func flashAttention(
    into context: borrowing Tensor, logSumExp: borrowing Tensor, _ qkv: borrowing QueryKeyValue,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let places = qkv.places(shape)
    let (tiles, keyTiles) = (Tile.all(shape.sequence), Tile.all(shape.keys))
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 1, vectors: 2)
    let (out, lse, d, hidden) = (
      context.address, logSumExp.address, shape.headDimension, shape.hidden
    )

    let products = forEach(shape.items) { item, lane in
      let at = shape.contextOffset(item)
      let (query, key, value) = (
        places.query.head(item, shape), places.key.head(item, shape),
        places.value.head(item, shape)
      )
      let scores = workspace.matrix(0, lane)
      let (maximum, sum) = (workspace.vector(0, lane), workspace.vector(1, lane))
      for queries in tiles {
        let output = out + at + queries.first * hidden
        let q = query + queries.first * places.query.stride
        lane.kernel {
          maximum.update(repeating: -.infinity, count: queries.count)
          sum.update(repeating: 0, count: queries.count)
        }
        for keys in keyTiles {
          let score = MatrixProduct(
            m: queries.count, n: keys.count, k: d, transposeB: true,
            strideA: places.query.stride, strideB: places.key.stride, strideC: Tile.size)
          let weigh = MatrixProduct(
            m: queries.count, n: d, k: keys.count, beta: 1, strideA: Tile.size,
            strideB: places.value.stride, strideC: hidden)
          guard shape.sees(queries, keys) else {
            lane.skip(score, .attentionScores)
            lane.skip(weigh, .attentionContext)
            continue
          }
          lane.multiply(
            score, .attentionScores, scores, q, key + keys.first * places.key.stride)
          lane.kernel {
            shape.addPosition(
              scores, item, queries.first, keys.first, rows: queries.count, columns: keys.count,
              stride: Tile.size)
            flash_tile_forward(
              scores, maximum, sum, output, shape.scale, shape.mask.kernel, queries.first,
              keys.first, queries.count, keys.count, Tile.size, d, hidden)
            workspace.drop(scores, scores, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(
            weigh, .attentionContext, output, scores, value + keys.first * places.value.stride)
        }
        lane.kernel {
          flash_finish_forward(
            output, lse + item * shape.sequence + queries.first, maximum, sum, queries.count, d,
            hidden)
        }
      }
    }
    record(
      .flashAttention,
      elementwise: (6 + shape.positionFLOPs) * shape.items * shape.visiblePairs,
      touching: 4 * places.count(shape) + context.bytes + logSumExp.bytes, products: products)
  }

  /// Gradients of tiled attention: each tile's scores are computed again from queries and keys.
  ///
  /// - Parameters:
  ///   - gradients: of queries, keys and values, written; keys and values once for each of their
  ///     heads.
  ///   - contextGradient: (B·T, a·d).
  ///   - context: (B·T, a·d), what forward wrote.
  ///   - logSumExp: (B·a, T), what forward wrote.
  ///   - qkv: queries, keys and values.
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities, as in forward.
  public func flashAttentionBackward(
    into gradients: HeadPlaces, from contextGradient: borrowing Tensor,
    context: borrowing Tensor, logSumExp: borrowing Tensor, _ qkv: borrowing QueryKeyValue,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let places = qkv.places(shape)
    let (tiles, keyTiles) = (Tile.all(shape.sequence), Tile.all(shape.keys))
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 3, vectors: 1)
    let (dOut, out, lse) = (contextGradient.address, context.address, logSumExp.address)
    let (d, hidden) = (shape.headDimension, shape.hidden)

    let products = forEachGrouped(shape) { item, isFirstOfGroup, lane in
      let (query, key, value) = (
        places.query.head(item, shape), places.key.head(item, shape),
        places.value.head(item, shape)
      )
      let (toQuery, toKey, toValue) = (
        gradients.query.head(item, shape), gradients.key.head(item, shape),
        gradients.value.head(item, shape)
      )
      let (p, ds, dropped) = (
        workspace.matrix(0, lane), workspace.matrix(1, lane), workspace.matrix(2, lane)
      )
      let delta = workspace.vector(0, lane)
      for queries in tiles {
        let at = shape.contextOffset(item) + queries.first * hidden
        let (q, dq) = (
          query + queries.first * places.query.stride,
          toQuery + queries.first * gradients.query.stride
        )
        lane.kernel { flash_delta(delta, dOut + at, out + at, queries.count, d, hidden, hidden) }
        for keys in keyTiles {
          let passes = BackwardProducts(
            queries, keys, shape, places, gradients, isFirstOfGroup: isFirstOfGroup)
          guard shape.sees(queries, keys) else {
            passes.all.forEach { lane.skip($0.product, $0.role) }
            continue
          }
          let (k, v) = (
            key + keys.first * places.key.stride, value + keys.first * places.value.stride
          )
          let into = keys.first * gradients.key.stride
          lane.multiply(passes.scores, .attentionScores, p, q, k)
          lane.multiply(passes.toProbabilities, .attentionContext, ds, dOut + at, v)
          lane.kernel {
            shape.addPosition(
              p, item, queries.first, keys.first, rows: queries.count, columns: keys.count,
              stride: Tile.size)
            workspace.drop(ds, ds, item, queries.first, keys.first, queries.count, lane)
            flash_tile_backward(
              ds, p, lse + item * shape.sequence + queries.first, delta, shape.scale,
              shape.mask.kernel, queries.first, keys.first, queries.count, keys.count, Tile.size)
            workspace.drop(dropped, p, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(
            passes.toValue, .attentionContext, toValue + into,
            dropout.isActive ? dropped : p, dOut + at)
          lane.multiply(passes.toQuery, .attentionScores, dq, ds, k)
          lane.multiply(passes.toKey, .attentionScores, toKey + into, ds, q)
        }
      }
    }
    record(
      .flashAttentionBackward,
      elementwise: (9 + shape.positionFLOPs) * shape.items * shape.visiblePairs,
      touching: 4 * places.count(shape) + 4 * gradients.count(shape) + 2 * context.bytes
        + logSumExp.bytes,
      products: products)
  }
}

/// The five products of one tile in backward.
private struct BackwardProducts {
  let scores: MatrixProduct
  let toProbabilities: MatrixProduct
  let toValue: MatrixProduct
  let toQuery: MatrixProduct
  let toKey: MatrixProduct

  /// Queries and keys come in ascending order: a block of keys is first reached by the first queries
  /// that see it, of the first head of its group, and a block of queries with the first keys that it
  /// sees: there the gradient is set.
  init(
    _ queries: Tile, _ keys: Tile, _ shape: AttentionShape, _ places: HeadPlaces,
    _ gradients: HeadPlaces, isFirstOfGroup: Bool
  ) {
    let (m, n, d) = (queries.count, keys.count, shape.headDimension)
    let isFirstQueries = queries.previous.map { !shape.sees($0, keys) } ?? true
    let isFirstKeys = keys.previous.map { !shape.sees(queries, $0) } ?? true
    let addingToKeys: Float = isFirstOfGroup && isFirstQueries ? 0 : 1
    scores = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: places.query.stride,
      strideB: places.key.stride, strideC: Tile.size)
    toProbabilities = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: shape.hidden, strideB: places.value.stride,
      strideC: Tile.size)
    toValue = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: addingToKeys, strideA: Tile.size,
      strideB: shape.hidden, strideC: gradients.value.stride)
    toQuery = MatrixProduct(
      m: m, n: d, k: n, beta: isFirstKeys ? 0 : 1, strideA: Tile.size,
      strideB: places.key.stride, strideC: gradients.query.stride)
    toKey = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: addingToKeys, strideA: Tile.size,
      strideB: places.query.stride, strideC: gradients.key.stride)
  }

  var all: [(product: MatrixProduct, role: TensorRole)] {
    [
      (scores, .attentionScores), (toProbabilities, .attentionContext),
      (toValue, .attentionContext), (toQuery, .attentionScores), (toKey, .attentionScores),
    ]
  }
}
