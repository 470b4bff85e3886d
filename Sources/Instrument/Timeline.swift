import Catalogue

/// When things happened in a run: kept only where a trace of it is wanted.
///
/// An op lasts from its record in the account to whatever is recorded next, so that allocations
/// and releases around it are part of it.
public final class Timeline {
  /// What began at a moment.
  public enum Mark: Sendable, Equatable {
    /// A phase.
    case phase(Phase)
    /// The program went to another place in the model.
    case scope(Scope)
    /// An op, and what it works for.
    case operation(Operation, Work.Stage)
  }

  /// A mark and its moment.
  public struct Entry: Sendable, Equatable {
    /// What began.
    public let mark: Mark
    /// Nanoseconds since the timeline began.
    public let time: Int
  }

  /// All marks so far, in order.
  public private(set) var entries: [Entry] = []
  /// The moments of the ledger's events, in nanoseconds since the timeline began.
  public private(set) var eventTimes: [Int] = []
  /// Whether moments are times; otherwise they only tell the order.
  public let isReal: Bool

  private let start = ContinuousClock.now
  private var steps = 0
  private var operationStart: Int?

  /// A timeline that begins now.
  ///
  /// - Parameter isReal: whether to read the clock. Without it each event and each mark comes one
  ///   microsecond after the last, so that a dry run has the same timeline every time.
  public init(isReal: Bool) { self.isReal = isReal }

  /// The present moment, in nanoseconds since the timeline began.
  public var now: Int {
    guard isReal else { return 1000 * steps }
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }

  func noteEvent() {
    eventTimes.append(now)
    steps += 1
  }

  /// The next op has begun, and will be recorded when it has ended.
  func beginOperation() { operationStart = now }

  func note(_ mark: Mark) {
    var time = now
    if case .operation = mark, let operationStart { time = operationStart }
    operationStart = nil
    entries.append(Entry(mark: mark, time: time))
    steps += 1
  }
}
