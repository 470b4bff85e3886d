import Catalogue
import Foundation

/// One run of an estimator. It reads from a file and writes to files, so that it cannot wait for
/// this program, nor this program for it.
struct EstimatorRun {
  private let estimator: EstimatorCommand

  /// More than any estimator has to say of a few hundred configurations.
  private static let mostOutput = 64 << 20

  init(_ estimator: EstimatorCommand) { self.estimator = estimator }

  /// What the program writes to standard output.
  ///
  /// - Throws: `InputError` where it does not start, fails, writes without end, or does not end.
  func output(for input: String) throws -> Data {
    let signals = EndingSignals()
    defer { signals.release() }
    let folder = FileManager.default.temporaryDirectory.appending(path: "assay-judge-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let places = ["input", "output", "errors"].map { folder.appending(path: $0) }
    try Data(input.utf8).write(to: places[0])
    for place in places.dropFirst() { try Data().write(to: place) }

    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = estimator.command
    process.standardInput = try FileHandle(forReadingFrom: places[0])
    process.standardOutput = try FileHandle(forWritingTo: places[1])
    process.standardError = try FileHandle(forWritingTo: places[2])
    try process.run()
    try wait(for: process, output: places[1], unless: signals)
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw failure(process, errors: try Data(contentsOf: places[2]))
    }
    return try Data(contentsOf: places[1])
  }

  private func wait(for process: Process, output: URL, unless signals: EndingSignals) throws {
    // Thirty years, which a clock can still count.
    let deadline = ContinuousClock.now + .seconds(min(estimator.timeout, 1e9))
    while process.isRunning {
      if signals.haveArrived {
        kill(process)
        throw CancellationError()
      }
      if ContinuousClock.now > deadline {
        kill(process)
        throw InputError(
          estimator.name, found: "a program that still runs after \(estimator.timeout) s",
          expected: "answers by then, or a longer --timeout")
      }
      let size = try FileManager.default.attributesOfItem(atPath: output.path)[.size] as? Int
      if let size, size > Self.mostOutput {
        kill(process)
        throw InputError(
          estimator.name, found: "output of more than \(Self.mostOutput >> 20) MiB",
          expected: "one JSON object for each configuration")
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.waitUntilExit()
  }

  /// Ends the program and, where it leads a group of processes, those that it has started.
  private func kill(_ process: Process) {
    let number = process.processIdentifier
    if Foundation.kill(-number, SIGKILL) != 0 { _ = Foundation.kill(number, SIGKILL) }
    process.waitUntilExit()
  }

  private func failure(_ process: Process, errors: Data) -> InputError {
    let last = String(decoding: errors.suffix(4096), as: UTF8.self)
      .split(whereSeparator: \.isNewline).last
    let says = last.map { ", and \"\($0)\" on standard error" } ?? ""
    let end = process.terminationReason == .exit ? "exit status" : "an end by signal"
    return InputError(
      estimator.name, found: "\(end) \(process.terminationStatus)\(says)",
      expected: "exit status 0")
  }
}
