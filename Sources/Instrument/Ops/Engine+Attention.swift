import CKernels
import Catalogue

/// The (B·a·T, S) tensors of dense attention. Which of them share memory, and which outlive the
/// op, is the convention's choice.
public struct AttentionMatrices {
  let scores: UnsafeMutablePointer<Float>
  let probabilities: UnsafeMutablePointer<Float>
  let dropped: UnsafeMutablePointer<Float>?
  let mask: UnsafeMutablePointer<UInt8>?

  /// - Parameters:
  ///   - scores: nil where they may be overwritten by the probabilities.
  ///   - probabilities: the softmax.
  ///   - dropped: the probabilities after dropout; nil where a workspace holds them.
  ///   - mask: nil where it is made again from its seed.
  public init(
    scores: borrowing Tensor?, probabilities: borrowing Tensor, dropped: borrowing Tensor?,
    mask: borrowing Tensor?
  ) {
    self.probabilities = probabilities.address
    self.scores = Self.address(scores) ?? probabilities.address
    self.dropped = Self.address(dropped)
    switch mask {
    case .some(let mask): self.mask = mask.maskAddress
    case .none: self.mask = nil
    }
  }

  private static func address(_ tensor: borrowing Tensor?) -> UnsafeMutablePointer<Float>? {
    switch tensor {
    case .some(let tensor): tensor.address
    case .none: nil
    }
  }
}

/// A dense attention: its operands, its sizes and its dropout.
public struct DenseAttention {
  let matrices: AttentionMatrices
  let places: HeadPlaces
  let shape: AttentionShape
  let dropout: Dropout

  /// - Parameters:
  ///   - matrices: (B·a·T, S) each.
  ///   - places: of queries, keys and values.
  ///   - shape: the sizes.
  ///   - dropout: of the probabilities.
  public init(
    _ matrices: AttentionMatrices, _ places: HeadPlaces, _ shape: AttentionShape,
    _ dropout: Dropout
  ) {
    self.matrices = matrices
    self.places = places
    self.shape = shape
    self.dropout = dropout
  }
}

extension Engine {
  /// Arithmetic operations per score: scale, maximum, difference, exponential, sum, quotient.
  private static let softmaxFLOPs = 6
  /// Two products, a sum, a difference and the scale.
  private static let softmaxBackwardFLOPs = 5

  /// Dense attention of all heads: softmax(q·kᵀ/√d)·v. Masked scores are computed and then
  /// discarded, as eager frameworks do.
  ///
  /// - Parameters:
  ///   - context: (B·T, a·d), written.
  ///   - attention: its matrices are written.
  public func attend(into context: borrowing Tensor, _ attention: DenseAttention) {
    let (matrices, places) = (attention.matrices, attention.places)
    let (shape, dropout) = (attention.shape, attention.dropout)
    let out = context.address
    let (T, S, d, pairs) = (shape.sequence, shape.keys, shape.headDimension, shape.pairs)
    let workspace = DropoutWorkspace.allocate(for: attention, isForward: true, self)
    let scores = MatrixProduct(
      m: T, n: S, k: d, transposeB: true, strideA: places.query.stride, strideB: places.key.stride)
    let weighted = MatrixProduct(
      m: T, n: d, k: S, strideB: places.value.stride, strideC: shape.hidden)

    let products = forEach(shape.items) { item, lane in
      let at = item * pairs
      let probabilities = matrices.probabilities + at
      lane.multiply(
        scores, .attentionScores, matrices.scores + at, places.query.head(item, shape),
        places.key.head(item, shape))
      lane.kernel {
        shape.addPosition(matrices.scores + at, item, 0, 0, rows: T, columns: S, stride: S)
        softmax_masked_forward(
          probabilities, matrices.scores + at, shape.scale, shape.mask.kernel, 0, T, S)
      }
      let dropped = workspace.drop(probabilities, item, lane)
      lane.multiply(
        weighted, .attentionContext, out + shape.contextOffset(item), dropped,
        places.value.head(item, shape))
    }
    record(
      .attention,
      elementwise: (Self.softmaxFLOPs + shape.positionFLOPs + (dropout.isActive ? 2 : 0))
        * shape.items * pairs,
      touching: 4 * (places.count(shape) + context.count + 4 * shape.items * pairs),
      products: products)
  }

  /// Gradients of dense attention.
  ///
  /// - Parameters:
  ///   - gradients: of queries, keys and values, written; keys and values once for each of their
  ///     heads.
  ///   - contextGradient: (B·T, a·d).
  ///   - attention: what forward was given, its matrices as forward wrote them.
  public func attendBackward(
    into gradients: HeadPlaces, from contextGradient: borrowing Tensor,
    _ attention: DenseAttention
  ) {
    let (matrices, places) = (attention.matrices, attention.places)
    let (shape, dropout) = (attention.shape, attention.dropout)
    let dContext = contextGradient.address
    let (T, S, d, pairs) = (shape.sequence, shape.keys, shape.headDimension, shape.pairs)
    let workspace = DropoutWorkspace.allocate(for: attention, isForward: false, self)
    let scratch = make(
      Self.lanes(for: shape.items), pairs, .temporary, .attentionWorkspace)
    let dScores = scratch.address
    // dV = Pᵀ·dO, dP = dO·Vᵀ, dQ = dS·K, dK = dSᵀ·Q.
    let toValue = MatrixProduct(
      m: S, n: d, k: T, transposeA: true, strideB: shape.hidden,
      strideC: gradients.value.stride)
    let toProbabilities = MatrixProduct(
      m: T, n: S, k: d, transposeB: true, strideA: shape.hidden, strideB: places.value.stride)
    let toQuery = MatrixProduct(
      m: T, n: d, k: S, strideB: places.key.stride, strideC: gradients.query.stride)
    let toKey = MatrixProduct(
      m: S, n: d, k: T, transposeA: true, strideB: places.query.stride,
      strideC: gradients.key.stride)

    let products = forEachGrouped(shape) { item, isFirstOfGroup, lane in
      let incoming = dContext + shape.contextOffset(item)
      let probabilities = matrices.probabilities + item * pairs
      let ds = dScores + lane.index * pairs
      let dropped = workspace.drop(probabilities, item, lane)
      let (toValue, toKey) = (toValue.adding(!isFirstOfGroup), toKey.adding(!isFirstOfGroup))
      lane.multiply(
        toValue, .attentionContext, gradients.value.head(item, shape), dropped, incoming)
      lane.multiply(
        toProbabilities, .attentionContext, ds, incoming, places.value.head(item, shape))
      lane.kernel {
        if let mask = workspace.mask(item, lane) {
          dropout_apply(ds, ds, mask, dropout.probability, pairs)
        }
        softmax_masked_backward(
          ds, ds, probabilities, shape.scale, shape.mask.kernel, 0, T, S)
      }
      lane.multiply(
        toQuery, .attentionScores, gradients.query.head(item, shape), ds,
        places.key.head(item, shape))
      lane.multiply(
        toKey, .attentionScores, gradients.key.head(item, shape), ds,
        places.query.head(item, shape))
    }
    record(
      .attentionBackward,
      elementwise: (Self.softmaxBackwardFLOPs + (dropout.isActive ? 2 : 0)) * shape.items * pairs,
      touching: 4
        * (places.count(shape) + contextGradient.count + gradients.count(shape)
          + 6 * shape.items * pairs),
      products: products)
  }
}

extension AttentionShape {
  /// Arithmetic operations per score of `addPosition`: a product and a sum.
  var positionFLOPs: Int { slopes.isEmpty ? 0 : 2 }

  /// Adds what a head's scores lose with the distance, before they are scaled: nothing without
  /// ALiBi.
  ///
  /// - Parameters:
  ///   - scores: (rows, columns) from query `firstQuery` and key `firstKey` on.
  ///   - stride: distance between rows.
  func addPosition(
    _ scores: UnsafeMutablePointer<Float>, _ item: Int, _ firstQuery: Int, _ firstKey: Int,
    rows: Int, columns: Int, stride: Int
  ) {
    guard !slopes.isEmpty else { return }
    alibi_forward(scores, slope(item) / scale, firstQuery, firstKey, rows, columns, stride)
  }
}
