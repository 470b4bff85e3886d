import ArgumentParser
import Catalogue
import Foundation
import Reporting

extension Format: ExpressibleByArgument {}

/// Compares what the project predicts with what others have measured.
@main
struct AccuracyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy",
    abstract: "Predicts published measurements, and says how far off the predictions are.",
    discussion: """
      Every row of every file that the folder has is predicted by the program that `assay project` \
      runs. Rows may be added; the headings stay. A row that the program refuses is listed with the \
      reason, and the exit status is 1.
      """)

  @Option(help: "A folder of measurements.")
  var data = "Measurements"

  @Option(help: "The format of the report.")
  var format = Format.text

  @Option(help: "A file for the report, of which standard output then gets the summary.")
  var output: String?

  func run() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: data, isDirectory: &isFolder), isFolder.boolValue
    else { throw InputError("--data", found: data, expected: "a folder of measurements") }
    let sets = try ProgressLine.during("predict") { line in
      try DataSets.evaluate(in: data, line.step)
    }
    let report = AccuracyReport(sets: sets, examples: try WorkedExample.all())
    let text = try report.rendered(as: format)
    if let output {
      try OutputFile(output).write(text)
      print(report.summary.text)
    } else {
      print(text, terminator: "")
    }
    guard sets.allSatisfy(\.refusals.isEmpty) else { throw ExitCode(1) }
  }
}
