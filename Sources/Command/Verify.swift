import ArgumentParser
import Catalogue
import Formulas
import Foundation
import Reporting
import Verification

/// `assay verify`, the main job.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures the reference models, checks every claim, and writes reports/.",
    discussion: """
      Exits with 1 if a verdict is not the one recorded in the reports folder. With --only or \
      --claims it judges, and writes no reports. `assay help claims` tells how to write claims.
      """)

  @Option(
    help: "A file of claims of your own, judged instead of those that are built in.",
    completion: .file(extensions: ["yaml", "yml"]))
  var claims: String?

  @Option(
    help: "Judge only the claims whose id has this form; * stands for any letters.",
    completion: .claim)
  var only: String?

  @Option(help: "The folder for the reports. (default: reports)", completion: .directory)
  var reports: String?

  @Flag(help: "Record verdicts that differ from those recorded before.")
  var update = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard claims != nil || only != nil else { return }
    if update {
      throw ValidationError("--update records all verdicts: leave out --claims and --only")
    }
    if reports != nil {
      throw ValidationError("--reports is for all claims: leave out --claims and --only")
    }
  }

  func run() throws {
    try output.requireWritable()
    let catalogue = try Claims.catalogue(claims)
    if let only, !catalogue.claims.contains(where: { Glob(only).matches($0.id) }) {
      throw InputError(
        "--only", found: "\"\(only)\", which no claim has",
        expected: "an id such as 003.28 or 003.*")
    }
    let isMainJob = claims == nil && only == nil
    let verification = isMainJob ? try record(catalogue) : try verification(catalogue)
    try output.write(VerificationReport(verification))
  }

  /// A claim that cannot be held to a run is bad input; a built-in one, a defect.
  private func verification(_ catalogue: ClaimCatalogue) throws -> Verification {
    do {
      return try output.during("judge the claims") { line in
        try Verification(catalogue, only: only) { line.detail("\($0) of \($1)") }
      }
    } catch let error as ClaimError where claims != nil {
      throw error.inputError
    }
  }

  /// Judges all claims and writes the reports, unless a verdict has changed and nobody asked to
  /// record that.
  private func record(_ catalogue: ClaimCatalogue) throws -> Verification {
    let reports = reports ?? "reports"
    let folder = ReportFolder(reports)
    try folder.prepare()
    let expected = try folder.expectedVerdicts()
    let verification = try verification(catalogue)
    let changes = VerdictChanges(from: expected, to: verification.verdicts)
    guard changes.isEmpty || update else {
      throw Unexpected(description: changes.description)
    }
    try output.during("measure the reference models") { line in
      let runs = try ReferenceRuns(progress: line.step)
      try folder.write(verification, runs, progress: line.step)
    }
    output.note("wrote \(reports)/; all claims are in \(reports)/claims.md\n")
    if try ReadmeTable.update(folder.readme, verification) {
      output.note("updated the table of claims in \(folder.readme)\n")
    }
    return verification
  }
}
