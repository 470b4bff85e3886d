import Dispatch
import Foundation

/// Work shared out among the cores.
public enum Parallel {
  /// Cores in use: those of the machine that this process may run on (`taskset`), and no more than
  /// its control group pays for (`docker run --cpus`); of all, its share where processes of one run
  /// share the machine.
  public static let threads: Int = {
    let all = ProcessInfo.processInfo.activeProcessorCount
    let limits = [all / MPI.launchedHere, all, allowedCores, paidCores]
    return max(1, limits.compactMap { $0 }.min() ?? 1)
  }()

  /// The bits of the mask that Linux shows, hexadecimal and with commas.
  private static var allowedCores: Int? {
    SystemFile.value(of: "Cpus_allowed:", in: "/proc/self/status").map { mask in
      mask.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
    }
  }

  /// Microseconds of all cores in each period of so many microseconds, rounded up to cores.
  private static var paidCores: Int? {
    let numbers = SystemFile.text("/sys/fs/cgroup/cpu.max")?.split(whereSeparator: \.isWhitespace)
      .map { Int($0) }
    guard let numbers, numbers.count == 2, let quota = numbers[0], let period = numbers[1],
      period > 0
    else { return nil }
    return (quota + period - 1) / period
  }

  /// Calls `body` once for each index below `count`, on all cores, and returns when all are done.
  public static func perform(_ count: Int, _ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      // The calls write to different memory, which the compiler cannot see through pointers.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
  }

  /// What `body` makes of each element, on all cores, in the order of the elements.
  ///
  /// - Throws: what the first element throws that does.
  public static func map<Element, Value, Failure: Error>(
    _ elements: [Element], _ body: (Element) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var results = [Result<Value, Failure>?](repeating: nil, count: elements.count)
    results.withUnsafeMutableBufferPointer { results in
      let results = results.baseAddress!
      perform(elements.count) { index in
        results[index] = Result { () throws(Failure) in try body(elements[index]) }
      }
    }
    var values: [Value] = []
    for result in results { values.append(try result!.get()) }
    return values
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
