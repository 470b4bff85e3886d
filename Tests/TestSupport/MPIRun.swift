import Foundation

/// Runs of several processes, where Open MPI is installed.
public enum MPIRun {
  /// The launcher; nil where it is not installed.
  public static let launcher: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/mpirun" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a run left behind.
  public struct Outcome {
    /// The status that `mpirun` ended with.
    public let status: Int32
    /// What the processes wrote to standard output.
    public let output: String
    /// What they, and `mpirun`, wrote to standard error.
    public let errors: String
  }

  /// Longer than any run takes on a loaded machine: a test that waits as long has found a hang.
  private static let limit = 600.0

  /// Runs processes.
  ///
  /// - Parameter programs: how many of each, and their command lines.
  /// - Throws: where the launcher cannot be started.
  public static func run(_ programs: [(processes: Int, command: [String])]) throws -> Outcome {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(filePath: launcher ?? "/usr/bin/mpirun")
      // Ranks that wait yield their core to those that work: tests have more ranks than cores.
      process.arguments =
        ["--allow-run-as-root", "--oversubscribe", "--mca", "mpi_yield_when_idle", "1"]
        + programs.map { ["-np", "\($0.processes)"] + $0.command }.joined(separator: [":"])
      for name in ["stdout", "stderr"] { try folder.write("", to: name) }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder("stdout")))
      process.standardError = try FileHandle(forWritingTo: URL(filePath: folder("stderr")))
      try process.run()
      let deadline = Date().addingTimeInterval(limit)
      while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
      if process.isRunning { process.terminate() }
      process.waitUntilExit()
      return Outcome(
        status: process.terminationReason == .exit ? process.terminationStatus : -1,
        output: try folder.text("stdout"), errors: try folder.text("stderr"))
    }
  }
}
