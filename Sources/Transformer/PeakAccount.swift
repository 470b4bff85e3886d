import Catalogue
import Instrument

/// The account of one update moment by moment: what a peak is the largest of.
///
/// The moments of a program are the same at all sizes of a model, so that what is alive at one of
/// them can be compared from size to size, whether or not it is the most there.
public struct PeakAccount {
  /// The allocation of a tensor.
  public struct Moment: Hashable, Sendable, CustomStringConvertible {
    /// The phase under way.
    public let phase: Phase
    /// The tensor; its block counts from the first one, `block.0`, or from the number of layers,
    /// `block.l-1`, whichever is nearer.
    public let path: String
    /// How many tensors of that path the phase has allocated before.
    public let occurrence: Int

    /// Phase and path, and the number of the occurrence where it is not the first.
    public var description: String {
      "\(path) in \(phase.rawValue)" + (occurrence == 0 ? "" : ", time \(occurrence + 1)")
    }
  }

  /// All tensors of a role at one place that are alive at a moment.
  public struct Item: Sendable {
    /// What their memory is for.
    public let category: Category
    /// The place in the model, such as `block.3.attention`.
    public let scope: String
    /// Which tensors.
    public let role: TensorRole
    /// Their size.
    public let bytes: Int
  }

  /// The most that was alive, in bytes.
  public let peak: Int
  /// The moments after which something was freed, the one with the most alive first, as far as they
  /// were asked for. Of moments that differ in their block only, there is one. At the first of all
  /// was the peak.
  public let summits: [Moment]
  private let ledger: Ledger
  private let layers: Int

  /// Runs one update of a recipe and accounts for it.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - dry: account without computing.
  ///   - count: how many summits to name.
  /// - Throws: `InputError` for a recipe that the model cannot run, and `MissingComponent` where
  ///   OpenBLAS is not installed.
  public init(_ shape: ModelShape, _ recipe: Recipe, dry: Bool, summits count: Int = 1) throws {
    var training = try Training(shape, recipe, dry: dry)
    _ = training.step()
    ledger = training.engine.ledger
    layers = shape.layers
    peak = ledger.peak.total
    summits = Self.summits(ledger, layers, count)
  }

  private static func summits(_ ledger: Ledger, _ layers: Int, _ count: Int) -> [Moment] {
    var places: Set<String> = []
    var summits: [Moment] = []
    for sequence in releases(ledger.events) where summits.count < count {
      let event = ledger.events[sequence]
      let place = ledger.path(of: event).replacingBlock { _ in "" }
      guard places.insert("\(event.phase) \(place)").inserted else { continue }
      summits.append(moment(of: sequence, ledger, layers))
    }
    return summits
  }

  /// The allocations that are followed by a release, the one with the most alive first; of equals,
  /// the earliest.
  private static func releases(_ events: [Event]) -> [Int] {
    var found: [(total: Int, sequence: Int)] = []
    var (total, last): (Int, Int?) = (0, nil)
    for event in events where event.kind != .retag {
      if event.kind == .free, let sequence = last { found.append((total, sequence)) }
      total += event.bytes
      last = event.kind == .allocate ? event.sequence : nil
    }
    return found.sorted { (-$0.total, $0.sequence) < (-$1.total, $1.sequence) }.map(\.sequence)
  }

  private static func moment(of sequence: Int, _ ledger: Ledger, _ layers: Int) -> Moment {
    let event = ledger.events[sequence]
    let before = ledger.events[..<sequence].count { $0.isSame(as: event) }
    return Moment(
      phase: event.phase, path: ledger.path(of: event).replacingBlock { relative($0, layers) },
      occurrence: before)
  }

  /// What was alive at a moment; nil if the run has no such moment.
  public func alive(at moment: Moment) -> [Item]? {
    let path = moment.path.replacingBlock { Self.absolute($0, layers) }
    let roles = Set(TensorRole.allCases.filter { path.hasSuffix($0.name) })
    let same = ledger.events.lazy.filter { event in
      event.kind == .allocate && event.phase == moment.phase && roles.contains(event.role)
        && ledger.path(of: event) == path
    }
    let event = same.dropFirst(moment.occurrence).first
    return event.map { event in
      ledger.alive(after: event.sequence).map {
        Item(category: $0.category, scope: ledger.path($0.scope), role: $0.role, bytes: $0.bytes)
      }
    }
  }

  /// `0`, `1`, … in the lower half of the blocks; `l-1`, `l-2`, … in the upper.
  private static func relative(_ block: Substring, _ layers: Int) -> String {
    guard let index = Int(block), 2 * index >= layers else { return String(block) }
    return "l-\(layers - index)"
  }

  private static func absolute(_ block: Substring, _ layers: Int) -> String {
    guard block.hasPrefix("l-"), let back = Int(block.dropFirst(2)) else { return String(block) }
    return "\(layers - back)"
  }
}

extension Event {
  /// Whether the other is an allocation of the same tensor in the same phase.
  fileprivate func isSame(as other: Event) -> Bool {
    kind == .allocate && phase == other.phase && scope == other.scope && role == other.role
  }
}

extension String {
  /// The path with another name for its block.
  fileprivate func replacingBlock(_ name: (Substring) -> String) -> String {
    var parts = split(separator: ".", omittingEmptySubsequences: false).map { $0 }
    guard let block = parts.firstIndex(of: "block"), block + 1 < parts.count else { return self }
    parts[block + 1] = Substring(name(parts[block + 1]))
    return parts.joined(separator: ".")
  }
}
