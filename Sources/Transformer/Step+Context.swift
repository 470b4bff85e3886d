import Catalogue
import Instrument

/// What ranks that share sequences tell each other: the keys and values of all tokens, for the queries
/// of each rank's own, and their gradients back (Llama Team, arXiv 2407.21783, section 3.3.2). What is
/// put together is not kept for backward, but put together again.
extension Step {
  private var isAlone: Bool { rank.layout.context == 1 }

  /// Calls `body` with this rank's queries, and keys and values of all tokens.
  func withAllKeys(
    _ heads: borrowing QueryKeyValue, _ shape: AttentionShape, _ body: (HeadPlaces) -> Void
  ) {
    switch heads {
    case .fused(let own) where !isAlone:
      let all = allKeys(own, shape)
      body(HeadPlaces(fused: own, shape).with(keyValue: all, shape))
    default: body(heads.places(shape))
    }
  }

  /// Keys and values of all tokens, (b·s,2g·d), from this rank's rows of `heads` (R,(a+2g)·d).
  private func allKeys(_ heads: borrowing Tensor, _ shape: AttentionShape) -> Tensor {
    let gathered = makeKeys(ofRanks: rank.layout.context, .attentionKeyValue, shape)
    let own = makeKeys(ofRanks: 1, .attentionKeyValue, shape)
    engine.copyOut(into: own, heads, .keyValue, shape)
    engine.allGather(into: gathered, from: own, over: .context)
    _ = consume own
    let all = makeKeys(ofRanks: rank.layout.context, .attentionKeyValue, shape)
    engine.join(into: all, from: gathered, batch: recipe.batch)
    return all
  }

  /// Room for the gradients of the keys and values of all tokens, (b·s,2g·d); nil alone.
  func roomForKeyGradients(_ shape: AttentionShape) -> Tensor? {
    guard !isAlone else { return nil }
    let room = makeKeys(ofRanks: rank.layout.context, .activationGradient, shape)
    // Keys that no query of this rank sees get nothing.
    engine.fill(room, with: 0)
    return room
  }

  /// Adds these gradients up over the ranks, and writes those of this rank's rows of keys and values
  /// into `heads` (R,(a+2g)·d).
  func shareOut(
    _ gradients: consuming Tensor, into heads: borrowing Tensor, _ shape: AttentionShape
  ) {
    let parts = makeKeys(ofRanks: rank.layout.context, .activationGradient, shape)
    engine.separate(into: parts, from: gradients, batch: recipe.batch)
    _ = consume gradients
    let own = makeKeys(ofRanks: 1, .activationGradient, shape)
    engine.reduceScatter(into: own, from: parts, over: .context)
    engine.copyBack(into: heads, own, .keyValue, shape)
  }

  private func makeKeys(ofRanks count: Int, _ role: TensorRole, _ shape: AttentionShape) -> Tensor {
    let width = 2 * self.shape.kvHeads * self.shape.headDimension
    return engine.make(count * rows, width, .temporary, role)
  }
}

extension HeadPlaces {
  /// The same with keys and values elsewhere, where they are.
  func with(keyValue: borrowing Tensor?, _ shape: AttentionShape) -> HeadPlaces {
    switch keyValue {
    case .some(let keyValue): with(keyValue: keyValue, shape)
    case .none: self
    }
  }
}
