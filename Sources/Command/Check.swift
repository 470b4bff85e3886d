import ArgumentParser
import Catalogue
import Foundation
import Reporting

/// `assay check`.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares counts, verdicts, formulas and bytes with a baseline; any change fails.",
    discussion: """
      The baseline is a file to commit: --update records it. Without --model the check covers all \
      that is built in; with it, the formulas and bytes of models of your own, under every \
      convention. Exits with 1 if a fact is not as recorded, also when --update records it.

      In a job of GitHub Actions:

          assay check --format markdown >> "$GITHUB_STEP_SUMMARY"
      """)

  @Option(
    help: "The file with the facts that are expected.", completion: .file(extensions: ["json"]))
  var baseline = "reports/baseline.json"

  @Option(
    help: "A preset, or the path of a config.json, to check; may be repeated.", completion: .model)
  var model: [String] = []

  @Option(help: "A file for the outcome as JUnit's XML.", completion: .file(extensions: ["xml"]))
  var junit: String?

  @Flag(help: "Record what differs.")
  var update = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    if let junit { try OutputFile(junit).requireWritable("--junit", replacing: output.force) }
    try OutputFile.requireDistinct([
      ("--baseline", baseline), ("--junit", junit), ("--output", output.output),
    ])
    let shapes = try model.map { try ModelShape(named: $0) }
    let expected = try expected()
    let found = try output.during("measure") { line in
      try shapes.isEmpty
        ? Baseline.measured(progress: line.step) : Baseline.measured(shapes, progress: line.step)
    }
    let check = BaselineCheck(expected, found, path: baseline)
    if update, !check.changes.isEmpty { try found.write(to: baseline) }
    if let junit { try OutputFile(junit).write(JUnitReport(check).xml) }
    try output.write(CheckReport(check))
    guard check.changes.isEmpty else { throw Unexpected(description: outcome(check)) }
  }

  /// What is recorded; nothing yet, where the first baseline is to be written.
  private func expected() throws -> Baseline {
    guard update else { return try Baseline(contentsOf: baseline) }
    try OutputFile(baseline).requireWritable("--baseline", replacing: true)
    let exists = FileManager.default.fileExists(atPath: baseline)
    return exists ? try Baseline(contentsOf: baseline) : Baseline([:])
  }

  private func outcome(_ check: BaselineCheck) -> String {
    let changes = "\(check.changes.count) of \(check.facts) facts"
    return update
      ? "recorded \(changes) in \(baseline); the next check expects them"
      : "\(changes) differ from \(baseline) (record with --update)"
  }
}
