import Catalogue

/// The account of every byte: each allocation and each release of a run, in order, with what the
/// memory was for.
///
/// The ledger counts tensors, exactly as long as the program holds them. It does not count what an
/// allocator adds by rounding, nor pages that the arena keeps for later use; `Arena.heldBytes`
/// does.
public final class Ledger {
  /// All events so far, in order.
  public private(set) var events: [Event] = []
  /// Bytes alive now.
  public private(set) var total = 0
  /// The moment at which most was alive.
  public private(set) var peak = Peak()
  /// The most that was alive at once, in each phase.
  public private(set) var peakByPhase: [Phase: Int] = [:]
  /// The most of each category that was alive at once, each at its own time.
  public private(set) var highest: [Category: Int] = [:]

  /// When everything happened; nil where nobody asked for it.
  public let timeline: Timeline?

  /// The place at which tensors are being allocated.
  var scope = Scope.root {
    didSet { timeline?.note(.scope(scope)) }
  }
  /// The part of the run that is under way.
  var phase = Phase.load {
    didSet {
      peakByPhase[phase] = max(peakByPhase[phase, default: 0], total)
      timeline?.note(.phase(phase))
    }
  }

  private var scopes = ScopeTable()
  private var current: [Category: Int] = [:]
  private var live: [Int: Entry] = [:]
  private var tensors = 0
  private let isRecording: Bool

  /// What is known of a tensor while it lives.
  public struct Entry: Sendable, Equatable {
    /// What the memory is for.
    public let category: Category
    /// Which tensor it is.
    public internal(set) var role: TensorRole
    /// Where it belongs.
    public internal(set) var scope: Scope
    /// Format of its elements.
    public let precision: Precision
    /// Its size.
    public let bytes: Int

    /// Number of elements.
    public var elements: Int { bytes / precision.width }
  }

  /// A ledger; one that does not record costs nothing and knows nothing.
  ///
  /// - Parameters:
  ///   - isRecording: whether it records.
  ///   - timeline: where to note when everything happens; nil for nowhere.
  public init(isRecording: Bool = true, timeline: Timeline? = nil) {
    self.isRecording = isRecording
    self.timeline = timeline
    if isRecording { events.reserveCapacity(4096) }
  }

  /// Bytes of a category alive now.
  public func bytes(of category: Category) -> Int { current[category, default: 0] }

  /// What is alive now, in order of allocation.
  public var alive: [Entry] { live.sorted { $0.key < $1.key }.map(\.value) }

  /// The path of a place in the model.
  public func path(_ scope: Scope) -> String { scopes.names[Int(scope.index)] }

  /// The names of the places that lead to a place, the outermost first.
  public func steps(_ scope: Scope) -> [String] { scopes.steps(to: scope) }

  /// The path of a tensor: its place in the model, then its name.
  public func path(_ scope: Scope, _ role: TensorRole) -> String {
    let prefix = scopes.names[Int(scope.index)]
    return prefix.isEmpty ? String(role.name) : "\(prefix).\(role.name)"
  }

  /// The path of an event's tensor.
  public func path(of event: Event) -> String { path(event.scope, event.role) }

  func enter(_ name: String) -> Scope {
    defer { scope = scopes.scope(name, in: scope) }
    return scope
  }

  func allocate(
    _ bytes: Int, _ precision: Precision, _ category: Category, _ role: TensorRole
  ) -> Int {
    guard isRecording else { return 0 }
    let entry = Entry(
      category: category, role: role, scope: scope, precision: precision, bytes: bytes)
    let tensor = tensors
    tensors += 1
    live[tensor] = entry
    record(.allocate, entry, tensor, bytes)
    total += bytes
    let ofCategory = current[category, default: 0] + bytes
    current[category] = ofCategory
    if ofCategory > highest[category, default: 0] { highest[category] = ofCategory }
    if total > peakByPhase[phase, default: 0] { peakByPhase[phase] = total }
    if total > peak.total {
      peak = Peak(
        total: total, byCategory: current, phase: phase, role: role, scope: scope,
        sequence: events.count - 1)
    }
    return tensor
  }

  func free(_ tensor: Int) {
    guard isRecording, let entry = live.removeValue(forKey: tensor) else { return }
    record(.free, entry, tensor, -entry.bytes)
    total -= entry.bytes
    current[entry.category, default: 0] -= entry.bytes
  }

  func retag(_ tensor: Int, _ role: TensorRole) {
    guard isRecording, var entry = live[tensor] else { return }
    entry.role = role
    entry.scope = scope
    live[tensor] = entry
    record(.retag, entry, tensor, 0)
  }

  private func record(_ kind: Event.Kind, _ entry: Entry, _ tensor: Int, _ bytes: Int) {
    events.append(
      Event(
        sequence: events.count, kind: kind, phase: phase, category: entry.category,
        role: entry.role, scope: entry.scope, precision: entry.precision, tensor: tensor,
        bytes: bytes))
    timeline?.noteEvent()
  }
}
