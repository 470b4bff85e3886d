import CKernels
import Catalogue

/// The (B·a·T, T) tensors of dense attention. Which of them share memory, and which outlive the
/// op, is the convention's choice.
public struct AttentionMatrices {
  let scores: Elements?
  let probabilities: Elements
  let dropped: Elements?
  let mask: UnsafeMutablePointer<UInt8>?

  /// - Parameters:
  ///   - scores: nil where they may be overwritten by the probabilities.
  ///   - probabilities: the softmax.
  ///   - dropped: the probabilities after dropout, or in the format of the values; nil where a
  ///     workspace holds them.
  ///   - mask: nil where it is made again from its seed.
  public init(
    scores: borrowing Tensor?, probabilities: borrowing Tensor, dropped: borrowing Tensor?,
    mask: borrowing Tensor?
  ) {
    self.probabilities = probabilities.elements
    self.scores = Self.elements(of: scores)
    self.dropped = Self.elements(of: dropped)
    switch mask {
    case .some(let mask): self.mask = mask.maskAddress
    case .none: self.mask = nil
    }
  }

  private static func elements(of tensor: borrowing Tensor?) -> Elements? {
    switch tensor {
    case .some(let tensor): tensor.elements
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
  ///   - matrices: (B·a·T, T) each.
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

  /// Dense causal attention of all heads: softmax(q·kᵀ/√d)·v. Masked scores are computed and then
  /// discarded, as eager frameworks do.
  ///
  /// - Parameters:
  ///   - context: (B·T, a·d), written.
  ///   - attention: its matrices are written.
  public func attend(into context: borrowing Tensor, _ attention: DenseAttention) {
    let (matrices, places) = (attention.matrices, attention.places)
    let (shape, dropout) = (attention.shape, attention.dropout)
    let contexts = HeadPlaces.Heads(context: context, shape)
    let (T, d) = (shape.sequence, shape.headDimension)
    let workspace = ScoreWorkspace.allocate(for: attention, isForward: true, self)
    let panels = HeadPanels(4, isNarrow: places.query.base.isNarrow, shape, self)
    let scores = MatrixProduct(
      m: T, n: T, k: d, transposeB: true, strideA: panels.stride(places.query),
      strideB: panels.stride(places.key))
    let weighted = MatrixProduct(
      m: T, n: d, k: T, strideB: panels.stride(places.value), strideC: panels.stride(contexts))

    let products = forEach(shape.items) { item, lane in
      let query = panels.read(places.query, item, slot: 0, lane)
      let key = panels.read(places.key, item, slot: 1, lane)
      let value = panels.read(places.value, item, slot: 2, lane)
      let output = panels.place(contexts, item, slot: 3, lane)
      let probabilities = workspace.place(item, lane)
      let unscaled = matrices.scores?.floats.map { $0 + item * shape.square } ?? probabilities
      lane.multiply(scores, .attentionScores, unscaled, query.floats, key.floats)
      lane.kernel {
        shape.addPosition(unscaled, item, 0, 0, rows: T, columns: T, stride: T)
        if let kept = matrices.scores { attention.round(unscaled, in: kept, item) }
        softmax_causal_forward(probabilities, unscaled, shape.scale, 0, T, T)
        workspace.store(probabilities, item)
      }
      let dropped = workspace.drop(probabilities, item, lane)
      lane.multiply(weighted, .attentionContext, output.floats, dropped, value.floats)
      panels.store(output, contexts, item, lane)
    }
    record(
      .attention,
      elementwise: (Self.softmaxFLOPs + shape.positionFLOPs + (dropout.isActive ? 2 : 0))
        * shape.items * shape.square,
      touching: places.bytes(shape) + context.bytes
        + 4 * matrices.probabilities.precision.width * shape.items * shape.square,
      products: products)
  }

  /// Gradients of dense causal attention.
  ///
  /// - Parameters:
  ///   - qkvGradient: (B·T, (a+2g)·d), written.
  ///   - contextGradient: (B·T, a·d).
  ///   - attention: what forward was given, its matrices as forward wrote them.
  public func attendBackward(
    into qkvGradient: borrowing Tensor, from contextGradient: borrowing Tensor,
    _ attention: DenseAttention
  ) {
    let (matrices, places) = (attention.matrices, attention.places)
    let (shape, dropout) = (attention.shape, attention.dropout)
    let incoming = HeadPlaces.Heads(context: contextGradient, shape)
    let gradients = HeadPlaces(fused: qkvGradient, shape)
    let (T, d, square) = (shape.sequence, shape.headDimension, shape.square)
    let workspace = ScoreWorkspace.allocate(for: attention, isForward: false, self)
    let scratch = make(
      Self.lanes(for: shape.items), square, .temporary, .attentionWorkspace, precision: .fp32)
    let dScores = scratch.address
    let panels = HeadPanels(7, isNarrow: places.query.base.isNarrow, shape, self)
    let stride = (
      query: panels.stride(places.query), key: panels.stride(places.key),
      value: panels.stride(places.value), incoming: panels.stride(incoming),
      gradient: panels.stride(gradients.query)
    )
    // dV = Pᵀ·dO, dP = dO·Vᵀ, dQ = dS·K, dK = dSᵀ·Q.
    let toValue = MatrixProduct(
      m: T, n: d, k: T, transposeA: true, strideB: stride.incoming, strideC: stride.gradient)
    let toProbabilities = MatrixProduct(
      m: T, n: T, k: d, transposeB: true, strideA: stride.incoming, strideB: stride.value)
    let toQuery = MatrixProduct(
      m: T, n: d, k: T, strideB: stride.key, strideC: stride.gradient)
    let toKey = MatrixProduct(
      m: T, n: d, k: T, transposeA: true, strideB: stride.query, strideC: stride.gradient)

    let products = forEachGrouped(shape) { item, member, lane in
      let (query, key, value, output) = (
        panels.read(places.query, item, slot: 0, lane),
        panels.read(places.key, item, slot: 1, lane),
        panels.read(places.value, item, slot: 2, lane),
        panels.read(incoming, item, slot: 3, lane)
      )
      let (dQuery, dKey, dValue) = (
        panels.place(gradients.query, item, slot: 4, lane),
        panels.place(gradients.key, item, slot: 5, lane),
        panels.place(gradients.value, item, slot: 6, lane)
      )
      let probabilities = workspace.read(item, lane)
      let ds = dScores + lane.index * square
      let dropped = workspace.drop(probabilities, item, lane)
      let (toValue, toKey) = (toValue.adding(!member.isFirst), toKey.adding(!member.isFirst))
      lane.multiply(toValue, .attentionContext, dValue.floats, dropped, output.floats)
      lane.multiply(toProbabilities, .attentionContext, ds, output.floats, value.floats)
      lane.kernel {
        if let mask = workspace.mask(item, lane) {
          dropout_apply(ds, ds, mask, dropout.probability, square)
        }
        softmax_causal_backward(ds, ds, probabilities, shape.scale, 0, T, T)
      }
      lane.multiply(toQuery, .attentionScores, dQuery.floats, ds, key.floats)
      lane.multiply(toKey, .attentionScores, dKey.floats, ds, query.floats)
      panels.store(dQuery, gradients.query, item, lane)
      guard member.isLast else { return }
      panels.store(dKey, gradients.key, item, lane)
      panels.store(dValue, gradients.value, item, lane)
    }
    record(
      .attentionBackward,
      elementwise: (Self.softmaxBackwardFLOPs + (dropout.isActive ? 2 : 0)) * shape.items * square,
      touching: places.bytes(shape) + contextGradient.bytes + qkvGradient.bytes
        + 6 * matrices.probabilities.precision.width * shape.items * square,
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
