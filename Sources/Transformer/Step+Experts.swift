import Catalogue
import Instrument

/// What ranks that share the experts tell each other. Each routes its own rows, to all experts, and
/// has rooms of one size for them; an exchange brings every room to the rank that has the expert, and
/// another brings it back (Lepikhin et al., arXiv 2006.16668, section 3.2).
extension Step {
  /// Rows that an expert has room for, of `rows` that are routed together; nil for as many as come.
  func capacity(of experts: Architecture.Experts, rows: Int) -> Int? {
    recipe.capacityFactor.map { experts.capacity(rows: rows, factor: $0) }
  }

  /// The rooms (E·C,w) of all ranks for this rank's experts, from this rank's rooms for all experts;
  /// or the other way round.
  func exchanged(_ rooms: consuming Tensor, _ category: Catalogue.Category) -> Tensor {
    guard rank.layout.expert > 1 else { return rooms }
    return arrived(from: rooms, category)
  }

  /// Calls `body` with the same of rooms that stay.
  func withExchanged(_ rooms: borrowing Tensor, _ body: (borrowing Tensor) -> Void) {
    guard rank.layout.expert > 1 else { return body(rooms) }
    body(arrived(from: rooms, .temporary))
  }

  private func arrived(
    from rooms: borrowing Tensor, _ category: Catalogue.Category
  ) -> Tensor {
    let arrived = engine.make(
      rooms.rows, rooms.columns, category, rooms.role, precision: rooms.precision)
    engine.allToAll(into: arrived, from: rooms, over: .expert)
    return arrived
  }
}
