import CKernels
import Catalogue

extension Engine {
  /// Tiled attention (Dao, arXiv 2307.08691): no (T,T) tensor exists, tiles that the mask
  /// hides are skipped, and of the softmax only the logarithm of each row's sum is kept.
  ///
  /// - Parameters:
  ///   - context: (B·T, a·d), written.
  ///   - logSumExp: (B·a, T), written.
  ///   - places: of queries, keys and values.
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities.
  public func flashAttention(
    into context: borrowing Tensor, logSumExp: borrowing Tensor, _ places: HeadPlaces,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let contexts = HeadPlaces.Heads(context: context, shape)
    let (tiles, keyTiles) = (Tile.all(shape.stretches), KeyTiles(shape, isDry: blas == nil))
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 1, vectors: 2)
    let panels = HeadPanels(4, isNarrow: places.query.base.isNarrow, shape, self)
    let (lse, d) = (logSumExp.address, shape.headDimension)
    let stride = ForwardProducts.Strides(
      query: panels.stride(places.query), key: panels.stride(places.key),
      value: panels.stride(places.value), context: panels.stride(contexts))

    let products = forEach(shape.items) { item, lane in
      let (query, key, value) = (
        panels.read(places.query, item, slot: 0, lane),
        panels.read(places.key, item, slot: 1, lane),
        panels.read(places.value, item, slot: 2, lane)
      )
      let context = panels.place(contexts, item, slot: 3, lane)
      let scores = workspace.matrix(0, lane)
      let (maximum, sum) = (workspace.vector(0, lane), workspace.vector(1, lane))
      for queries in tiles {
        let output = context.advanced(by: queries.first)
        lane.kernel {
          maximum.update(repeating: -.infinity, count: queries.count)
          sum.update(repeating: 0, count: queries.count)
        }
        let seen = keyTiles.seen(by: queries)
        let hidden = ForwardProducts(queries, keys: keyTiles.hidden(beside: seen), d, stride)
        lane.skip(hidden.score, .attentionScores)
        lane.skip(hidden.weigh, .attentionContext)
        for keys in seen {
          let products = ForwardProducts(queries, keys: keys.count, d, stride)
          lane.multiply(
            products.score, .attentionScores, scores, query.advanced(by: queries.first),
            key.advanced(by: keys.first))
          lane.kernel {
            shape.addPosition(
              scores, item, queries.position, keys.first, rows: queries.count,
              columns: keys.count, stride: Tile.size)
            flash_tile_forward(
              scores, maximum, sum, output, shape.scale, shape.mask.kernel,
              queries.position, keys.first, queries.count, keys.count, Tile.size, d,
              stride.context)
            workspace.drop(scores, scores, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(
            products.weigh, .attentionContext, output, scores, value.advanced(by: keys.first))
        }
        lane.kernel {
          flash_finish_forward(
            output, lse + item * shape.sequence + queries.first, maximum, sum, queries.count, d,
            stride.context)
        }
      }
      panels.store(context, contexts, item, lane)
    }
    record(
      .flashAttention,
      elementwise: (Self.softmaxFLOPs + shape.positionFLOPs) * shape.items * shape.visiblePairs,
      touching: places.bytes(shape) + context.bytes + logSumExp.bytes, products: products,
      sizes: shape.sizes(places.query.base.precision, drops: dropout.isActive))
  }

  /// Gradients of tiled attention: each tile's scores are computed again from queries and keys.
  ///
  /// - Parameters:
  ///   - gradients: of queries, keys and values, written; keys and values once for each of their
  ///     heads, and where no query sees them not at all.
  ///   - contextGradient: (B·T, a·d).
  ///   - context: (B·T, a·d), what forward wrote.
  ///   - logSumExp: (B·a, T), what forward wrote.
  ///   - places: of queries, keys and values.
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities, as in forward.
  public func flashAttentionBackward(
    into gradients: HeadPlaces, from contextGradient: borrowing Tensor,
    context: borrowing Tensor, logSumExp: borrowing Tensor, _ places: HeadPlaces,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let (incoming, contexts) = (
      HeadPlaces.Heads(context: contextGradient, shape), HeadPlaces.Heads(context: context, shape)
    )
    let (tiles, keyTiles) = (Tile.all(shape.stretches), KeyTiles(shape, isDry: blas == nil))
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 3, vectors: 1)
    let panels = HeadPanels(8, isNarrow: places.query.base.isNarrow, shape, self)
    let (lse, d) = (logSumExp.address, shape.headDimension)

    let products = forEachGrouped(shape) { item, member, lane in
      let (query, key, value, dOut, out) = (
        panels.read(places.query, item, slot: 0, lane),
        panels.read(places.key, item, slot: 1, lane),
        panels.read(places.value, item, slot: 2, lane),
        panels.read(incoming, item, slot: 3, lane),
        panels.read(contexts, item, slot: 4, lane)
      )
      let (toQuery, toKey, toValue) = (
        panels.place(gradients.query, item, slot: 5, lane),
        panels.place(gradients.key, item, slot: 6, lane),
        panels.place(gradients.value, item, slot: 7, lane)
      )
      let strides = BackwardProducts.Strides(
        query: query.stride, key: key.stride, value: value.stride, incoming: dOut.stride,
        toQuery: toQuery.stride, toKey: toKey.stride, toValue: toValue.stride)
      let (p, ds, dropped) = (
        workspace.matrix(0, lane), workspace.matrix(1, lane), workspace.matrix(2, lane)
      )
      let delta = workspace.vector(0, lane)
      for queries in tiles {
        let (q, dq, dy) = (
          query.advanced(by: queries.first), toQuery.advanced(by: queries.first),
          dOut.advanced(by: queries.first)
        )
        lane.kernel {
          flash_delta(
            delta, dy, out.advanced(by: queries.first), queries.count, d, dOut.stride, out.stride)
        }
        let seen = keyTiles.seen(by: queries)
        let hidden = BackwardProducts(
          queries, .rows(keyTiles.hidden(beside: seen)), shape, strides,
          isFirstOfGroup: member.isFirst)
        hidden.all.forEach { lane.skip($0.product, $0.role) }
        for keys in seen {
          let passes = BackwardProducts(
            queries, keys, shape, strides, isFirstOfGroup: member.isFirst)
          let (k, v) = (key.advanced(by: keys.first), value.advanced(by: keys.first))
          lane.multiply(passes.scores, .attentionScores, p, q, k)
          lane.multiply(passes.toProbabilities, .attentionContext, ds, dy, v)
          lane.kernel {
            shape.addPosition(
              p, item, queries.position, keys.first, rows: queries.count,
              columns: keys.count, stride: Tile.size)
            workspace.drop(ds, ds, item, queries.first, keys.first, queries.count, lane)
            flash_tile_backward(
              ds, p, lse + item * shape.sequence + queries.first, delta, shape.scale,
              shape.mask.kernel, queries.position, keys.first, queries.count,
              keys.count, Tile.size)
            shape.addPositionGradient(
              of: ds, item, queries.position, keys.first, rows: queries.count,
              columns: keys.count, stride: Tile.size)
            workspace.drop(dropped, p, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(
            passes.toValue, .attentionContext, toValue.advanced(by: keys.first),
            dropout.isActive ? dropped : p, dy)
          lane.multiply(passes.toQuery, .attentionScores, dq, ds, k)
          lane.multiply(passes.toKey, .attentionScores, toKey.advanced(by: keys.first), ds, q)
        }
      }
      panels.store(toQuery, gradients.query, item, lane)
      guard member.isLast else { return }
      panels.store(toKey, gradients.key, item, lane)
      panels.store(toValue, gradients.value, item, lane)
    }
    record(
      .flashAttentionBackward,
      elementwise: (9 + shape.positionFLOPs + shape.biasFLOPs) * shape.items
        * shape.visiblePairs,
      touching: places.bytes(shape) + gradients.bytes(shape) + 2 * context.bytes
        + logSumExp.bytes,
      products: products,
      sizes: shape.sizes(places.query.base.precision, drops: dropout.isActive))
  }
}
