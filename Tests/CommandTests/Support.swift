import Foundation
import TestSupport
import Testing

/// What a run of the command left behind.
struct Outcome {
  let status: Int32
  let output: Data
  let errors: String

  var text: String { String(decoding: output, as: UTF8.self) }
}

/// The command, which is built beside the tests.
let command = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "assay").path

/// The environment without what changes how text is set.
let ownEnvironment = ProcessInfo.processInfo.environment.filter {
  !["COLUMNS", "NO_COLOR"].contains($0.key)
}

/// Where a run's standard output goes.
enum Destination {
  /// To the outcome.
  case outcome
  /// To a device that is always full.
  case full
  /// To a pipe whose reader has gone.
  case abandoned
}

/// Runs the command, in a folder of its own if none is given.
func assay(
  _ arguments: String..., in folder: TemporaryFolder? = nil, to destination: Destination = .outcome,
  environment: [String: String] = [:]
) throws -> Outcome {
  try assay(arguments, in: folder, to: destination, environment: environment)
}

/// Runs the command, in a folder of its own if none is given.
func assay(
  _ arguments: [String], in folder: TemporaryFolder? = nil, to destination: Destination = .outcome,
  environment: [String: String] = [:]
) throws -> Outcome {
  try withTemporaryFolder { own in
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: (folder ?? own).path)
    process.environment = ownEnvironment.merging(environment) { $1 }
    // Files, not pipes: a pipe that nobody empties would stop the run.
    let errors = try file("stderr", in: own)
    process.standardInput = FileHandle.nullDevice
    process.standardError = errors
    let pipe = Pipe()
    switch destination {
    case .outcome: process.standardOutput = try file("stdout", in: own)
    case .full: process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    case .abandoned:
      try pipe.fileHandleForReading.close()
      process.standardOutput = pipe.fileHandleForWriting
    }
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: destination == .outcome ? try own.bytes("stdout") : Data(),
      errors: try own.text("stderr"))
  }
}

private func file(_ name: String, in folder: TemporaryFolder) throws -> FileHandle {
  try folder.write("", to: name)
  return try FileHandle(forWritingTo: URL(filePath: folder(name)))
}

/// Checks that a run failed as it should: with that status, with one line of that text on standard
/// error, and with nothing on standard output.
func expectFailure(
  _ outcome: Outcome, _ status: Int32, _ says: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.status == status, sourceLocation: sourceLocation)
  #expect(outcome.errors == "assay: \(says)\n", sourceLocation: sourceLocation)
  #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
}

/// The JSON object that a run wrote to standard output.
func object(_ outcome: Outcome) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
}
