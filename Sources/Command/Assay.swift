import ArgumentParser
import Catalogue
import Foundation
import Instrument
import Reporting

/// The command.
@main
struct Assay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Measures a real transformer training step, and holds the textbooks' formulas to it.",
    discussion: """
      MODEL is the name of a preset (see `assay models`) or the path of a Hugging Face config.json.

      Exit status: 0 all is as expected; 1 a verdict, a baseline or a fit is not; \
      64 wrong usage; 65 bad input; 69 a component is missing; 70 a defect of the program.
      """,
    version: "0.1.0",
    subcommands: [
      Count.self, Measure.self, Generate.self, Project.self, Planning.self, Verify.self,
      Derive.self, Simulate.self, Diff.self, Check.self, ReportCommand.self,
      JudgeEstimator.self, Models.self, Hardware.self, Claims.self, LessonCommand.self,
    ],
    defaultSubcommand: Verify.self)

  /// Runs the command; anything that goes wrong is said in one line.
  static func main() {
    do {
      try requireCommand(inHelp: CommandLine.arguments.dropFirst())
      var command = try parseAsRoot()
      try command.run()
      if MPI.isStarted { try MPI.start().finish() }
    } catch {
      exit(reporting: error)
    }
  }

  /// Help with a command that there is not is wrong usage, not a wish for help with all of them.
  private static func requireCommand(inHelp arguments: ArraySlice<String>) throws {
    guard arguments.first == "help" else { return }
    let words = arguments.dropFirst().filter { !$0.hasPrefix("-") }
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    if let name = words.first, !names.contains(name) {
      throw ValidationError("There is no command '\(name)'")
    }
    if words.count > 1 { throw ValidationError("Unexpected argument '\(words[1])'") }
  }

  private static func exit(reporting error: any Error) -> Never {
    let (message, status) = diagnosis(of: error)
    if MPI.launched > 1, status != .success { exitAll(reporting: error, message, status) }
    switch status {
    case .success: writeHelp(message)
    default: Console.note("assay: \(message)\n")
    }
    Foundation.exit(status.rawValue)
  }

  /// Ends all processes of a run, one of which says why.
  private static func exitAll(
    reporting error: any Error, _ message: String, _ status: ExitStatus
  ) -> Never {
    let hasBegun = MPI.isStarted && !(error is MPI.Refusal)
    guard let mpi = try? MPI.start() else {
      Console.note("assay: \(message)\n")
      Foundation.exit(status.rawValue)
    }
    if hasBegun {
      Console.note("assay: \(message)\n")
      mpi.abort(status: status.rawValue)
    }
    let refusal = error as? MPI.Refusal ?? refusal(mpi, message, status)
    if refusal.isSpoken { Console.note("assay: \(refusal.message)\n") }
    mpi.finish()
    Foundation.exit(refusal.status)
  }

  /// What all processes agree on when this one cannot begin.
  private static func refusal(_ mpi: MPI, _ message: String, _ status: ExitStatus) -> MPI.Refusal {
    do {
      try mpi.agree(on: .failed(status: status.rawValue, message: message))
    } catch {
      return error
    }
    preconditionFailure("processes agreed on a failure")
  }

  private static func writeHelp(_ message: String) {
    do {
      try Console.write(message + "\n")
    } catch {
      exit(reporting: error)
    }
  }

  private static func diagnosis(of error: any Error) -> (String, ExitStatus) {
    switch error {
    case let error as InputError: (error.description, .badInput)
    case let error as MissingComponent: (error.description, .missingComponent)
    case let error as Unexpected: (error.description, .unexpected)
    case let error as MPI.Refusal:
      (error.message, ExitStatus(rawValue: error.status) ?? .badInput)
    default:
      switch exitCode(for: error) {
      case .success: (fullMessage(for: error), .success)
      case .validationFailure:
        (message(for: error).onOneLine + " (see `assay --help`)", .wrongUsage)
      default: ("a defect: \(error)", .defect)
      }
    }
  }
}

extension String {
  /// A message without the bullets of a list of choices.
  fileprivate var onOneLine: String {
    replacing(":\n  - ", with: ": ").replacing("\n  - ", with: ", ").escaped
  }
}

/// What the exit status of the command means.
enum ExitStatus: Int32 {
  case success = 0
  case unexpected = 1
  case wrongUsage = 64
  case badInput = 65
  case missingComponent = 69
  case defect = 70
}

/// A result that is not what the baseline expects.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
}
