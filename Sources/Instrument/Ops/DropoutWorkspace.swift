import CKernels
import Catalogue

/// Dropout of attention probabilities, head by head: into tensors that are kept, where the
/// convention keeps them, and into a lane's workspace where it does not.
struct DropoutWorkspace: ~Copyable {
  private let attention: DenseAttention
  private let isForward: Bool
  private let dropped: Tensor?
  private let masks: Tensor?

  /// The workspace, allocated as far as the convention has not kept what it holds.
  ///
  /// - Parameter isForward: whether what is kept is being written, rather than read.
  static func allocate(
    for attention: DenseAttention, isForward: Bool, _ engine: Engine
  ) -> DropoutWorkspace {
    let (matrices, isActive) = (attention.matrices, attention.dropout.isActive)
    let lanes = Engine.lanes(for: attention.shape.items)
    func workspace(_ precision: Precision, if needed: Bool) -> Tensor? {
      guard needed else { return nil }
      return engine.make(
        lanes, attention.shape.pairs, .temporary, .attentionWorkspace, precision: precision)
    }
    return DropoutWorkspace(
      attention: attention, isForward: isForward,
      dropped: workspace(.fp32, if: isActive && matrices.dropped == nil),
      masks: workspace(.int8, if: isActive && matrices.mask == nil))
  }

  /// The mask of a head; nil without dropout. Made, where forward has not left it.
  func mask(_ item: Int, _ lane: Lane) -> UnsafeMutablePointer<UInt8>? {
    let pairs = attention.shape.pairs
    if let kept = attention.matrices.mask { return kept + item * pairs }
    switch masks {
    case .some(let masks): return masks.maskAddress + lane.index * pairs
    case .none: return nil
    }
  }

  /// The probabilities of a head after dropout: what multiplies the values.
  func drop(
    _ probabilities: UnsafeMutablePointer<Float>, _ item: Int, _ lane: Lane
  ) -> UnsafeMutablePointer<Float> {
    let (dropout, matrices) = (attention.dropout, attention.matrices)
    let pairs = attention.shape.pairs
    guard dropout.isActive, let mask = mask(item, lane) else { return probabilities }
    let result = matrices.dropped.map { $0 + item * pairs } ?? workspace(lane) ?? probabilities
    lane.kernel {
      if isForward || matrices.mask == nil {
        dropout_mask(
          mask, dropout.seed, UInt64(item * pairs), dropout.probability, pairs)
      }
      if isForward || matrices.dropped == nil {
        dropout_apply(result, probabilities, mask, dropout.probability, pairs)
      }
    }
    return result
  }

  private func workspace(_ lane: Lane) -> UnsafeMutablePointer<Float>? {
    switch dropped {
    case .some(let dropped): dropped.address + lane.index * dropped.columns
    case .none: nil
    }
  }
}
