import Catalogue
import Instrument

extension AllocationStream {
  /// What a run allocated, as its ledger has it.
  ///
  /// - Parameters:
  ///   - ledger: the account of the run.
  ///   - workspace: bytes that the matrix products take for themselves when the first forward pass
  ///     begins, as cuBLAS does; 0 for none.
  public init(_ ledger: Ledger, workspace: Int = 0) {
    self.init(
      ledger,
      holding: workspace == 0 ? [] : [Holding("workspace", [workspace], source: "the caller")])
  }

  /// What a run has allocated so far, and what is held beside it.
  ///
  /// - Parameters:
  ///   - ledger: the account of the run.
  ///   - holdings: are allocated when the first forward pass begins.
  ///   - skipping: tensors that the device does not need.
  ///   - firstUpdate: the event before which the optimizer makes its states, as PyTorch's do in their
  ///     first update; they are made with the weights where nil.
  public init(
    _ ledger: Ledger, holding holdings: [Holding], skipping: Set<TensorRole> = [],
    firstUpdate: Int? = nil
  ) {
    self.init()
    var allocations: [Int: Int] = [:]
    var isLoaded = false
    let events = firstUpdate.map { Self.events(ledger, firstUpdate: $0) } ?? ledger.events
    for event in events where !skipping.contains(event.role) {
      if !isLoaded, event.phase != .load {
        for holding in holdings { allocate(holding) }
        isLoaded = true
      }
      let label = number(of: Label(event.category.rawValue, ledger.path(of: event)))
      switch event.kind {
      case .allocate: allocations[event.tensor] = allocate(event.bytes, label)
      case .free: if let number = allocations[event.tensor] { add(.free, number) }
      case .retag: if let number = allocations[event.tensor] { add(.rename, number, label) }
      }
    }
  }

  /// The events of a run, those that make optimizer states with the first update.
  private static func events(_ ledger: Ledger, firstUpdate: Int) -> [Event] {
    let before = ledger.events[..<firstUpdate]
    let states = before.filter { $0.category == .optimizerState }
    return before.filter { $0.category != .optimizerState } + states
      + ledger.events[firstUpdate...]
  }

  private mutating func allocate(_ holding: Holding) {
    for piece in holding.pieces { allocate(piece, number(of: Label(holding.name, holding.name))) }
  }

  /// Adds what a library keeps to the end.
  mutating func allocateWorkspace(_ bytes: Int) {
    allocate(bytes, number(of: Label("workspace", "workspace")))
  }
}
