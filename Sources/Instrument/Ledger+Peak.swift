import Catalogue

extension Ledger {
  /// The moment at which most memory was alive. Each category counts with what it held at that
  /// moment, not with its own maximum.
  public struct Peak: Sendable {
    /// Bytes alive.
    public var total = 0
    /// Their split; the categories add up to `total`.
    public var byCategory: [Category: Int] = [:]
    /// The phase under way.
    public var phase = Phase.load
    /// The tensor whose allocation made the peak.
    public var role = TensorRole.tokens
    /// Where that tensor belongs.
    public var scope = Scope.root
    /// The event that made the peak.
    public var sequence = -1
  }

  /// What was alive at the peak, largest first; equal sizes in order of allocation.
  public func aliveAtPeak() -> [(path: String, entry: Entry)] {
    alive(after: peak.sequence).map { (path($0.scope, $0.role), $0) }
      .sorted { $0.1.bytes > $1.1.bytes }
  }

  /// What was alive after the event of that number, in order of allocation, by replaying the
  /// stream up to there.
  public func alive(after sequence: Int) -> [Entry] {
    var live: [Int: Entry] = [:]
    for event in events.prefix(sequence + 1) {
      switch event.kind {
      case .allocate:
        live[event.tensor] = Entry(
          category: event.category, role: event.role, scope: event.scope,
          precision: event.precision, bytes: event.bytes)
      case .retag:
        live[event.tensor]?.role = event.role
        live[event.tensor]?.scope = event.scope
      case .free:
        live[event.tensor] = nil
      }
    }
    return live.sorted { $0.key < $1.key }.map(\.value)
  }
}
