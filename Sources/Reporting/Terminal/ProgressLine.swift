import Foundation
import Synchronization

/// A line on a terminal that tells what is being done, how far it is, and for how long already: once
/// it has taken a second, and until it is done. Where standard error is no terminal, there is none.
public final class ProgressLine: Sendable {
  private struct State {
    var task: String
    var detail = ""
    var isDone = false
    var isShown = false
  }

  private let state: Mutex<State>
  private let start = ContinuousClock.now

  private init(_ task: String) { state = Mutex(State(task: task)) }

  /// Does some work, and tells about it meanwhile.
  ///
  /// - Parameters:
  ///   - task: what is done, such as "judge the claims".
  ///   - isQuiet: whether nobody wants to know.
  ///   - work: may say more, by `step` and `detail`.
  public static func during<Result>(
    _ task: String, isQuiet: Bool = false, _ work: (ProgressLine) throws -> Result
  ) rethrows -> Result {
    let progress = ProgressLine(task)
    guard !isQuiet, isatty(STDERR_FILENO) == 1 else { return try work(progress) }
    progress.watch()
    defer { progress.finish() }
    return try work(progress)
  }

  /// Says what is done now.
  public func step(_ task: String) {
    state.withLock { ($0.task, $0.detail) = (task, "") }
  }

  /// Says how far it is, such as "12 of 376".
  public func detail(_ detail: String) {
    state.withLock { $0.detail = detail }
  }

  private static let patience = Duration.seconds(1)
  private static let interval = 0.1

  /// Shows the line from time to time, beside the work.
  private func watch() {
    let thread = Thread { [self] in
      while show() { Thread.sleep(forTimeInterval: Self.interval) }
    }
    thread.start()
  }

  /// - Returns: whether there is more to come.
  private func show() -> Bool {
    let elapsed = ContinuousClock.now - start
    return state.withLock { state in
      guard !state.isDone else { return false }
      if elapsed >= Self.patience {
        Console.note(Self.clear + Self.line(state.task, state.detail, elapsed))
        state.isShown = true
      }
      return true
    }
  }

  private func finish() {
    state.withLock { state in
      state.isDone = true
      if state.isShown { Console.note(Self.clear) }
    }
  }

  /// Back to the start of the line, and the rest of it away (ECMA-48, erase in line).
  private static let clear = "\r\u{1B}[K"

  /// What fits one line: a longer one could not be taken back.
  private static func line(_ task: String, _ detail: String, _ elapsed: Duration) -> String {
    let parts = [task, detail, "\(elapsed.components.seconds) s"].filter { !$0.isEmpty }
    let width = TextPage.terminalWidth(STDERR_FILENO) ?? 80
    return String(parts.joined(separator: " · ").prefix(max(1, width - 1)))
  }
}
