import CKernels
import Catalogue

/// The probabilities of a head as floats, before and after dropout: in the tensors that are kept,
/// and in a lane's workspace where those are stored in 16 bits or not kept.
struct ScoreWorkspace: ~Copyable {
  private let attention: DenseAttention
  private let isForward: Bool
  private let probabilities: Tensor?
  private let dropped: Tensor?
  private let masks: Tensor?

  /// The workspace, allocated as far as it is needed.
  ///
  /// - Parameter isForward: whether what is kept is being written, rather than read.
  static func allocate(
    for attention: DenseAttention, isForward: Bool, _ engine: Engine
  ) -> ScoreWorkspace {
    let (matrices, isActive) = (attention.matrices, attention.dropout.isActive)
    let lanes = Engine.lanes(for: attention.shape.items)
    func workspace(_ precision: Precision, if needed: Bool) -> Tensor? {
      guard needed else { return nil }
      return engine.make(
        lanes, attention.shape.pairs, .temporary, .attentionWorkspace, precision: precision)
    }
    return ScoreWorkspace(
      attention: attention, isForward: isForward,
      probabilities: workspace(.fp32, if: matrices.probabilities.isNarrow),
      dropped: workspace(.fp32, if: matrices.dropped?.isNarrow ?? isActive),
      masks: workspace(.int8, if: isActive && matrices.mask == nil))
  }

  /// The place of a head's probabilities.
  func place(_ item: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    let at = item * attention.shape.pairs
    if let kept = attention.matrices.probabilities.floats { return kept + at }
    return Self.part(of: probabilities, lane)
  }

  /// Puts the probabilities that forward has computed where they are kept, rounded as they are there.
  func store(_ floats: UnsafeMutablePointer<Float>, _ item: Int) {
    attention.round(floats, in: attention.matrices.probabilities, item)
  }

  /// The probabilities that forward has kept.
  func read(_ item: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    let floats = place(item, lane)
    lane.kernel { attention.widen(attention.matrices.probabilities, item, into: floats) }
    return floats
  }

  /// The mask of a head; nil without dropout. Made, where forward has not left it.
  func mask(_ item: Int, _ lane: Lane) -> UnsafeMutablePointer<UInt8>? {
    let square = attention.shape.pairs
    if let kept = attention.matrices.mask { return kept + item * square }
    switch masks {
    case .some(let masks): return masks.maskAddress + lane.index * square
    case .none: return nil
    }
  }

  /// What multiplies the values: the probabilities of a head after dropout, in the format in which
  /// they are kept.
  func drop(
    _ probabilities: UnsafeMutablePointer<Float>, _ item: Int, _ lane: Lane
  ) -> UnsafeMutablePointer<Float> {
    let (dropout, matrices) = (attention.dropout, attention.matrices)
    let square = attention.shape.pairs
    guard dropout.isActive || matrices.dropped != nil else { return probabilities }
    let result =
      matrices.dropped?.floats.map { $0 + item * square } ?? Self.part(of: dropped, lane)
    lane.kernel {
      if let mask = mask(item, lane), isForward || matrices.mask == nil {
        dropout_mask(
          mask, dropout.seed, UInt64(item * square), dropout.probability, square)
      }
      if !isForward, let kept = matrices.dropped {
        attention.widen(kept, item, into: result)
        return
      }
      if let mask = mask(item, lane) {
        dropout_apply(result, probabilities, mask, dropout.probability, square)
      } else {
        result.update(from: probabilities, count: square)
      }
      if let kept = matrices.dropped { attention.round(result, in: kept, item) }
    }
    return result
  }

  private static func part(
    of workspace: borrowing Tensor?, _ lane: Lane
  ) -> UnsafeMutablePointer<Float> {
    switch workspace {
    case .some(let workspace): workspace.address + lane.index * workspace.columns
    case .none: preconditionFailure("no workspace for probabilities")
    }
  }
}

extension DenseAttention {
  /// Writes a head of a matrix that is kept in 16 bits, and rounds the floats that it was given.
  func round(_ floats: UnsafeMutablePointer<Float>, in kept: Elements, _ item: Int) {
    guard kept.isNarrow else { return }
    kept.advanced(by: item * shape.pairs).round(floats, count: shape.pairs)
  }

  fileprivate func widen(
    _ kept: Elements, _ item: Int, into floats: UnsafeMutablePointer<Float>
  ) {
    guard kept.isNarrow else { return }
    kept.advanced(by: item * shape.pairs)
      .widen(count: shape.pairs, into: floats)
  }
}
