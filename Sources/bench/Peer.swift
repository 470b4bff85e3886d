import Foundation
import Instrument

/// PyTorch, where it is installed: the same step, run by a script beside this file.
struct Peer {
  private let python: String

  /// The interpreter of the environment variable PYTHON, or `python3`, if it has PyTorch.
  static func find() -> Peer? {
    let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    return run(python, ["-c", "import torch"]) == nil ? nil : Peer(python: python)
  }

  /// Seconds of a step: the median of several.
  ///
  /// - Parameters:
  ///   - model: the script's arguments for the model.
  ///   - batch: sequences.
  ///   - sequence: tokens of each.
  ///   - mode: how the step is written.
  func seconds(_ model: [String], batch: Int, sequence: Int, mode: String) -> Double? {
    struct Result: Decodable { let medianSeconds: Double }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "pytorch_step.py").path
    let output = Self.run(
      python,
      [
        script, "--batch", "\(batch)", "--sequence", "\(sequence)", "--threads",
        "\(Parallel.threads)", "--passes", "3", "--mode", mode,
      ] + model)
    return output.flatMap { try? JSONDecoder().decode(Result.self, from: $0).medianSeconds }
  }

  /// What a command prints; nil if it fails or is not there.
  private static func run(_ command: String, _ arguments: [String]) -> Data? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? data : nil
  }
}
