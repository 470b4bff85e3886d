import CKernels
import Catalogue

/// A block of queries against a block of keys, in tiled attention.
private struct Tile {
  static let size = 128

  let first: Int
  let count: Int

  /// The blocks of a sequence.
  static func all(_ sequence: Int) -> [Tile] {
    stride(from: 0, to: sequence, by: size).map {
      Tile(first: $0, count: min(size, sequence - $0))
    }
  }
}

extension Engine {
  /// Tiled causal attention (Dao, arXiv 2307.08691): no (T,T) tensor exists, tiles that the mask
  /// hides are skipped, and of the softmax only the logarithm of each row's sum is kept.
  ///
  /// - Parameters:
  ///   - context: (B·T, a·d), written.
  ///   - logSumExp: (B·a, T), written.
  ///   - qkv: (B·T, 3·a·d).
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities.
  public func flashAttention(
    into context: borrowing Tensor, logSumExp: borrowing Tensor, _ qkv: borrowing Tensor,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let places = HeadPlaces(fused: qkv.address, shape)
    let tiles = Tile.all(shape.sequence)
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 1, vectors: 2)
    let (out, lse, d, hidden) = (
      context.address, logSumExp.address, shape.headDimension, shape.hidden
    )

    let products = forEach(shape.items) { item, lane in
      let (head, at) = (places.offset(item, shape), shape.contextOffset(item))
      let scores = workspace.matrix(0, lane)
      let (maximum, sum) = (workspace.vector(0, lane), workspace.vector(1, lane))
      for queries in tiles {
        let output = out + at + queries.first * hidden
        let q = places.query + head + queries.first * places.stride
        lane.kernel {
          maximum.update(repeating: -.infinity, count: queries.count)
          sum.update(repeating: 0, count: queries.count)
        }
        for keys in tiles {
          let score = MatrixProduct(
            m: queries.count, n: keys.count, k: d, transposeB: true, strideA: places.stride,
            strideB: places.stride, strideC: Tile.size)
          let weigh = MatrixProduct(
            m: queries.count, n: d, k: keys.count, beta: 1, strideA: Tile.size,
            strideB: places.stride, strideC: hidden)
          guard keys.first <= queries.first else {
            lane.skip(score, .attentionScores)
            lane.skip(weigh, .attentionContext)
            continue
          }
          let at = head + keys.first * places.stride
          lane.multiply(score, .attentionScores, scores, q, places.key + at)
          lane.kernel {
            flash_tile_forward(
              scores, maximum, sum, output, shape.scale, queries.first, keys.first,
              queries.count, keys.count, Tile.size, d, hidden)
            workspace.drop(scores, scores, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(weigh, .attentionContext, output, scores, places.value + at)
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
      elementwise: 6 * shape.items * shape.visiblePairs,
      touching: qkv.bytes + context.bytes + logSumExp.bytes, products: products)
  }

  /// Gradients of tiled attention: each tile's scores are computed again from queries and keys.
  ///
  /// - Parameters:
  ///   - qkvGradient: (B·T, 3·a·d), written.
  ///   - contextGradient: (B·T, a·d).
  ///   - context: (B·T, a·d), what forward wrote.
  ///   - logSumExp: (B·a, T), what forward wrote.
  ///   - qkv: (B·T, 3·a·d).
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities, as in forward.
  public func flashAttentionBackward(
    into qkvGradient: borrowing Tensor, from contextGradient: borrowing Tensor,
    context: borrowing Tensor, logSumExp: borrowing Tensor, _ qkv: borrowing Tensor,
    _ shape: AttentionShape, _ dropout: Dropout
  ) {
    let places = HeadPlaces(fused: qkv.address, shape)
    let gradients = HeadPlaces(fused: qkvGradient.address, shape)
    let tiles = Tile.all(shape.sequence)
    let workspace = FlashWorkspace(self, shape, dropout, matrices: 3, vectors: 1)
    let (dOut, out, lse) = (contextGradient.address, context.address, logSumExp.address)
    let (d, hidden) = (shape.headDimension, shape.hidden)

    let products = forEach(shape.items) { item, lane in
      let (head, to) = (places.offset(item, shape), gradients.offset(item, shape))
      let (p, ds, dropped) = (
        workspace.matrix(0, lane), workspace.matrix(1, lane), workspace.matrix(2, lane)
      )
      let delta = workspace.vector(0, lane)
      for queries in tiles {
        let at = shape.contextOffset(item) + queries.first * hidden
        let (q, dq) = (
          places.query + head + queries.first * places.stride,
          gradients.query + to + queries.first * gradients.stride
        )
        lane.kernel { flash_delta(delta, dOut + at, out + at, queries.count, d, hidden, hidden) }
        for keys in tiles {
          let passes = BackwardProducts(queries, keys, shape, places.stride, gradients.stride)
          guard keys.first <= queries.first else {
            passes.all.forEach { lane.skip($0.product, $0.role) }
            continue
          }
          let (from, into) = (
            head + keys.first * places.stride, to + keys.first * gradients.stride
          )
          lane.multiply(passes.scores, .attentionScores, p, q, places.key + from)
          lane.multiply(
            passes.toProbabilities, .attentionContext, ds, dOut + at, places.value + from)
          lane.kernel {
            workspace.drop(ds, ds, item, queries.first, keys.first, queries.count, lane)
            flash_tile_backward(
              ds, p, lse + item * shape.sequence + queries.first, delta, shape.scale,
              queries.first, keys.first, queries.count, keys.count, Tile.size)
            workspace.drop(dropped, p, item, queries.first, keys.first, queries.count, lane)
          }
          lane.multiply(
            passes.toValue, .attentionContext, gradients.value + into,
            dropout.isActive ? dropped : p, dOut + at)
          lane.multiply(passes.toQuery, .attentionScores, dq, ds, places.key + from)
          lane.multiply(passes.toKey, .attentionScores, gradients.key + into, ds, q)
        }
      }
    }
    record(
      .flashAttentionBackward,
      elementwise: 9 * shape.items * shape.visiblePairs,
      touching: qkv.bytes + qkvGradient.bytes + 2 * context.bytes + logSumExp.bytes,
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

  /// Queries come in ascending order and keys up to the queries: a block of keys is first reached
  /// on the diagonal and a block of queries with the first keys, where the gradient is set.
  init(
    _ queries: Tile, _ keys: Tile, _ shape: AttentionShape, _ stride: Int, _ gradientStride: Int
  ) {
    let (m, n, d) = (queries.count, keys.count, shape.headDimension)
    let isFirstOfKeys: Float = keys.first == queries.first ? 0 : 1
    scores = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: stride, strideB: stride, strideC: Tile.size)
    toProbabilities = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: shape.hidden, strideB: stride,
      strideC: Tile.size)
    toValue = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: isFirstOfKeys, strideA: Tile.size,
      strideB: shape.hidden, strideC: gradientStride)
    toQuery = MatrixProduct(
      m: m, n: d, k: n, beta: keys.first == 0 ? 0 : 1, strideA: Tile.size, strideB: stride,
      strideC: gradientStride)
    toKey = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: isFirstOfKeys, strideA: Tile.size,
      strideB: stride, strideC: gradientStride)
  }

  var all: [(product: MatrixProduct, role: TensorRole)] {
    [
      (scores, .attentionScores), (toProbabilities, .attentionContext),
      (toValue, .attentionContext), (toQuery, .attentionScores), (toKey, .attentionScores),
    ]
  }
}

extension AttentionShape {
  /// Pairs of a query and a key that it may see, in one head.
  fileprivate var visiblePairs: Int { sequence * (sequence + 1) / 2 }
}

/// The tiles and vectors of each lane.
private struct FlashWorkspace: ~Copyable {
  private let tensor: Tensor
  private let masks: Tensor?
  private let matrices: Int
  private let dropout: Dropout
  private let sequence: Int

  init(
    _ engine: Engine, _ shape: AttentionShape, _ dropout: Dropout, matrices: Int, vectors: Int
  ) {
    let lanes = Engine.lanes(for: shape.items)
    let width = Tile.size * (matrices * Tile.size + vectors)
    tensor = engine.make(lanes, width, .temporary, .attentionWorkspace)
    masks =
      dropout.isActive
      ? engine.make(lanes, Tile.size, .temporary, .attentionWorkspace, precision: .int8) : nil
    self.matrices = matrices
    self.dropout = dropout
    sequence = shape.sequence
  }

  func matrix(_ index: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    tensor.address + lane.index * tensor.columns + index * Tile.size * Tile.size
  }

  func vector(_ index: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    matrix(matrices, lane) + index * Tile.size
  }

  /// Applies the mask to a tile, row by row from its seed; nothing without dropout.
  func drop(
    _ output: UnsafeMutablePointer<Float>, _ input: UnsafeMutablePointer<Float>, _ item: Int,
    _ firstQuery: Int, _ firstKey: Int, _ rows: Int, _ lane: Lane
  ) {
    switch masks {
    case .none: return
    case .some(let masks):
      let mask = masks.maskAddress + lane.index * Tile.size
      let columns = min(Tile.size, sequence - firstKey)
      for row in 0..<rows {
        let first = (item * sequence + firstQuery + row) * sequence + firstKey
        let at = row * Tile.size
        dropout_mask(mask, dropout.seed, UInt64(first), dropout.probability, columns)
        dropout_apply(output + at, input + at, mask, dropout.probability, columns)
      }
    }
  }
}
