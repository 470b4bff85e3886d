import Dispatch
import Foundation

/// Work shared out among the cores.
public enum Parallel {
  /// Cores in use.
  public static let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)

  /// Calls `body` once for each index below `count`, on all cores, and returns when all are done.
  static func perform(_ count: Int, _ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      // The calls write to different memory, which the compiler cannot see through pointers.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
  }

  /// Cuts `0..<count` into pieces of at least `grain`, each a multiple of it but the last, and
  /// hands them out. There are more pieces than cores, so that one that is held up holds up little.
  static func ranges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let pieces = pieces(count, grain: grain, most: 4 * threads)
    perform(pieces.count) { body(pieces[$0]) }
  }

  /// At most `most` pieces of `0..<count`, each a multiple of `grain` but the last.
  static func pieces(_ count: Int, grain: Int, most: Int) -> [Range<Int>] {
    let grains = (count + grain - 1) / grain
    let step = (grains + most - 1) / most * grain
    return stride(from: 0, to: count, by: max(step, 1)).map { $0..<min($0 + step, count) }
  }
}
