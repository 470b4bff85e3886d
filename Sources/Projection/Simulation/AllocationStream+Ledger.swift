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
    self.init()
    var allocations: [Int: Int] = [:]
    var hasWorkspace = workspace == 0
    for event in ledger.events {
      if !hasWorkspace, event.phase != .load {
        allocateWorkspace(workspace)
        hasWorkspace = true
      }
      let label = number(of: Label(event.category.rawValue, ledger.path(of: event)))
      switch event.kind {
      case .allocate: allocations[event.tensor] = allocate(event.bytes, label)
      case .free: if let number = allocations[event.tensor] { add(.free, number) }
      case .retag: if let number = allocations[event.tensor] { add(.rename, number, label) }
      }
    }
  }

  /// Adds what a library keeps to the end.
  mutating func allocateWorkspace(_ bytes: Int) {
    allocate(bytes, number(of: Label("workspace", "workspace")))
  }
}
