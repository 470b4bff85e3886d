import Foundation
import Synchronization

/// The signal that arrived; 0 for none.
private let arrived = Atomic<Int32>(0)

/// Signals that end this program, noted while another that it started runs: what a terminal sends
/// reaches one group of processes, and that program leads a group of its own.
struct EndingSignals {
  private static let all = [SIGINT, SIGTERM, SIGHUP]
  /// What they did before, as bits: `SIG_IGN` is no address, and in an optional would count as nil.
  private let handlers: [Int]

  /// Notes them from now on, but those that are ignored, as under nohup.
  init() {
    arrived.store(0, ordering: .relaxed)
    handlers = Self.all.map { number in
      unsafeBitCast(signal(number) { arrived.store($0, ordering: .relaxed) }, to: Int.self)
    }
    for (number, handler) in zip(Self.all, handlers) where handler == Self.ignoring {
      signal(number, SIG_IGN)
    }
  }

  /// Whether one arrived.
  var haveArrived: Bool { arrived.load(ordering: .relaxed) != 0 }

  /// Lets them do what they did before; one that arrived does it now.
  func release() {
    for (number, handler) in zip(Self.all, handlers) {
      signal(number, unsafeBitCast(handler, to: sighandler_t?.self))
    }
    if haveArrived { raise(arrived.load(ordering: .relaxed)) }
  }

  private static let ignoring = unsafeBitCast(SIG_IGN, to: Int.self)
}
