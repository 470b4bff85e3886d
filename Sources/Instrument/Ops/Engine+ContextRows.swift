import Catalogue

/// The rows of ranks that share sequences, one rank behind the other, and in the order of the
/// sequences.
extension Engine {
  /// Puts the rows of all ranks in order.
  ///
  /// - Parameters:
  ///   - sequences: (B·S,w), written.
  ///   - ranks: (C·B·S/C,w), as an all-gather leaves them.
  ///   - batch: B.
  public func join(
    into sequences: borrowing Tensor, from ranks: borrowing Tensor, batch: Int
  ) {
    record(.copyHeads, touching: 2 * ranks.bytes)
    guard isReal else { return }
    let (target, source) = (sequences.elements, ranks.elements)
    forEachStretch(rows: ranks.rows, width: ranks.columns, batch) { ofRank, ofSequence, count in
      source.advanced(by: ofRank).copy(count: count, to: target.advanced(by: ofSequence))
    }
  }

  /// The reverse.
  ///
  /// - Parameters:
  ///   - ranks: (C·B·S/C,w), written, as a reduce-scatter reads them.
  ///   - sequences: (B·S,w).
  ///   - batch: B.
  public func separate(
    into ranks: borrowing Tensor, from sequences: borrowing Tensor, batch: Int
  ) {
    record(.copyHeads, touching: 2 * ranks.bytes)
    guard isReal else { return }
    let (target, source) = (ranks.elements, sequences.elements)
    forEachStretch(rows: ranks.rows, width: ranks.columns, batch) { ofRank, ofSequence, count in
      source.advanced(by: ofSequence).copy(count: count, to: target.advanced(by: ofRank))
    }
  }

  /// Calls `body` with where each stretch begins among the ranks' elements and among those of the
  /// sequences, and how many elements it has.
  private func forEachStretch(
    rows: Int, width: Int, _ batch: Int, _ body: (Int, Int, Int) -> Void
  ) {
    let (ranks, length) = (rank.layout.context, rows / batch)
    let own = length / ranks
    for item in 0..<ranks * batch {
      let (place, sequence) = (item / batch, item % batch)
      let positions = rank.layout.stretches(ofContext: place, of: length)
      for stretch in Stretch.all(at: positions) {
        body(
          (item * own + stretch.first) * width, (sequence * length + stretch.position) * width,
          stretch.count * width)
      }
    }
  }
}
