import Catalogue

/// The two products of a block of queries and a block of keys in forward.
struct ForwardProducts {
  let score: MatrixProduct
  let weigh: MatrixProduct

  /// Distances between the rows of the operands.
  struct Strides {
    let query: Int
    let key: Int
    let value: Int
    let context: Int
  }

  init(_ queries: Tile, keys: Int, _ headDimension: Int, _ stride: Strides) {
    score = MatrixProduct(
      m: queries.count, n: keys, k: headDimension, transposeB: true, strideA: stride.query,
      strideB: stride.key, strideC: Tile.size)
    weigh = MatrixProduct(
      m: queries.count, n: headDimension, k: keys, beta: 1, strideA: Tile.size,
      strideB: stride.value, strideC: stride.context)
  }
}

/// The five products of a block of queries and a block of keys in backward.
struct BackwardProducts {
  let scores: MatrixProduct
  let toProbabilities: MatrixProduct
  let toValue: MatrixProduct
  let toQuery: MatrixProduct
  let toKey: MatrixProduct

  /// Distances between the rows of the operands.
  struct Strides {
    let query: Int
    let key: Int
    let value: Int
    let incoming: Int
    let toQuery: Int
    let toKey: Int
    let toValue: Int
  }

  /// Queries and keys come in ascending order: a block of keys is first reached by the first queries
  /// that see it, of the first head of its group, and a block of queries with the first keys that it
  /// sees: there the gradient is set.
  init(
    _ queries: Tile, _ keys: Tile, _ shape: AttentionShape, _ stride: Strides,
    isFirstOfGroup: Bool
  ) {
    let (m, n, d) = (queries.count, keys.count, shape.headDimension)
    let isFirstQueries = queries.previous.map { !shape.sees($0, keys.positions) } ?? true
    let isFirstKeys = keys.previous.map { !shape.sees(queries.positions, $0) } ?? true
    let addingToKeys: Float = isFirstOfGroup && isFirstQueries ? 0 : 1
    scores = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: stride.query, strideB: stride.key,
      strideC: Tile.size)
    toProbabilities = MatrixProduct(
      m: m, n: n, k: d, transposeB: true, strideA: stride.incoming, strideB: stride.value,
      strideC: Tile.size)
    toValue = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: addingToKeys, strideA: Tile.size,
      strideB: stride.incoming, strideC: stride.toValue)
    toQuery = MatrixProduct(
      m: m, n: d, k: n, beta: isFirstKeys ? 0 : 1, strideA: Tile.size, strideB: stride.key,
      strideC: stride.toQuery)
    toKey = MatrixProduct(
      m: n, n: d, k: m, transposeA: true, beta: addingToKeys, strideA: Tile.size,
      strideB: stride.query, strideC: stride.toKey)
  }

  var all: [(product: MatrixProduct, role: TensorRole)] {
    [
      (scores, .attentionScores), (toProbabilities, .attentionContext),
      (toValue, .attentionContext), (toQuery, .attentionScores), (toKey, .attentionScores),
    ]
  }
}
