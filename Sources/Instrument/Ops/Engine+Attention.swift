import CKernels
import Catalogue

/// The (B·a·T, S) tensors of dense attention. Which of them share memory, and which outlive the
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
  static let softmaxFLOPs = 6
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
    let contexts = HeadPlaces.Heads(context: context, shape)
    let (T, S, d, pairs) = (shape.sequence, shape.keys, shape.headDimension, shape.pairs)
    let stretches = shape.stretches
    let workspace = ScoreWorkspace.allocate(for: attention, isForward: true, self)
    let panels = HeadPanels(4, isNarrow: places.query.base.isNarrow, shape, self)
    let scores = MatrixProduct(
      m: T, n: S, k: d, transposeB: true, strideA: panels.stride(places.query),
      strideB: panels.stride(places.key))
    let weighted = MatrixProduct(
      m: T, n: d, k: S, strideB: panels.stride(places.value), strideC: panels.stride(contexts))

    let products = forEach(shape.items) { item, lane in
      let query = panels.read(places.query, item, slot: 0, lane)
      let key = panels.read(places.key, item, slot: 1, lane)
      let value = panels.read(places.value, item, slot: 2, lane)
      let output = panels.place(contexts, item, slot: 3, lane)
      let probabilities = workspace.place(item, lane)
      let unscaled = matrices.scores?.floats.map { $0 + item * pairs } ?? probabilities
      lane.multiply(scores, .attentionScores, unscaled, query.floats, key.floats)
      lane.kernel {
        for stretch in stretches {
          shape.addPosition(
            unscaled + stretch.first * S, item, stretch.position, 0, rows: stretch.count,
            columns: S, stride: S)
        }
        if let kept = matrices.scores { attention.round(unscaled, in: kept, item) }
        for stretch in stretches {
          let at = stretch.first * S
          softmax_masked_forward(
            probabilities + at, unscaled + at, shape.scale, shape.mask.kernel, stretch.position,
            stretch.count, S)
        }
        workspace.store(probabilities, item)
      }
      let dropped = workspace.drop(probabilities, item, lane)
      lane.multiply(weighted, .attentionContext, output.floats, dropped, value.floats)
      panels.store(output, contexts, item, lane)
    }
    record(
      .attention,
      elementwise: (Self.softmaxFLOPs + shape.positionFLOPs + (dropout.isActive ? 2 : 0))
        * shape.items * pairs,
      touching: places.bytes(shape) + context.bytes
        + 4 * matrices.probabilities.precision.width * shape.items * pairs,
      products: products,
      sizes: shape.sizes(places.query.base.precision, drops: dropout.isActive))
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
    let incoming = HeadPlaces.Heads(context: contextGradient, shape)
    let (T, S, d, pairs) = (shape.sequence, shape.keys, shape.headDimension, shape.pairs)
    let stretches = shape.stretches
    let workspace = ScoreWorkspace.allocate(for: attention, isForward: false, self)
    let scratch = make(
      Self.lanes(for: shape.items), pairs, .temporary, .attentionWorkspace, precision: .fp32)
    let dScores = scratch.address
    let panels = HeadPanels(7, isNarrow: places.query.base.isNarrow, shape, self)
    let stride = (
      query: panels.stride(places.query), key: panels.stride(places.key),
      value: panels.stride(places.value), incoming: panels.stride(incoming)
    )
    // dV = Pᵀ·dO, dP = dO·Vᵀ, dQ = dS·K, dK = dSᵀ·Q.
    let toValue = MatrixProduct(
      m: S, n: d, k: T, transposeA: true, strideB: stride.incoming,
      strideC: panels.stride(gradients.value))
    let toProbabilities = MatrixProduct(
      m: T, n: S, k: d, transposeB: true, strideA: stride.incoming, strideB: stride.value)
    let toQuery = MatrixProduct(
      m: T, n: d, k: S, strideB: stride.key, strideC: panels.stride(gradients.query))
    let toKey = MatrixProduct(
      m: S, n: d, k: T, transposeA: true, strideB: stride.query,
      strideC: panels.stride(gradients.key))

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
      let ds = dScores + lane.index * pairs
      let dropped = workspace.drop(probabilities, item, lane)
      let (toValue, toKey) = (toValue.adding(!member.isFirst), toKey.adding(!member.isFirst))
      lane.multiply(toValue, .attentionContext, dValue.floats, dropped, output.floats)
      lane.multiply(toProbabilities, .attentionContext, ds, output.floats, value.floats)
      lane.kernel {
        if let mask = workspace.mask(item, lane) {
          dropout_apply(ds, ds, mask, dropout.probability, pairs)
        }
        for stretch in stretches {
          let part = ds + stretch.first * S
          softmax_masked_backward(
            part, part, probabilities + stretch.first * S, shape.scale, shape.mask.kernel,
            stretch.position, stretch.count, S)
          shape.addPositionGradient(
            of: part, item, stretch.position, 0, rows: stretch.count, columns: S, stride: S)
        }
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
      elementwise: (Self.softmaxBackwardFLOPs + shape.biasFLOPs + (dropout.isActive ? 2 : 0))
        * shape.items * pairs,
      touching: places.bytes(shape) + contextGradient.bytes + gradients.bytes(shape)
        + 6 * matrices.probabilities.precision.width * shape.items * pairs,
      products: products,
      sizes: shape.sizes(places.query.base.precision, drops: dropout.isActive))
  }
}
