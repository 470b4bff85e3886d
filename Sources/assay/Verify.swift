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

  @Option(help: "A file of claims of your own, judged instead of those that are built in.")
  var claims: String?

  @Option(help: "Judge only the claims whose id has this form; * stands for any letters.")
  var only: String?

  @Option(help: "The folder for the reports.")
  var reports = "reports"

  @Flag(help: "Record verdicts that differ from those recorded before.")
  var update = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard claims != nil || only != nil else { return }
    if update {
      throw ValidationError("--update records all verdicts: leave out --claims and --only")
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
    if isMainJob { try ReportFolder(reports).prepare() }
    let verification = try verification(catalogue)
    if isMainJob { try record(verification) }
    try output.write(VerificationReport(verification))
  }

  /// A claim that cannot be held to a run is bad input; a built-in one, a defect.
  private func verification(_ catalogue: ClaimCatalogue) throws -> Verification {
    do {
      return try Verification(catalogue, only: only)
    } catch let error as ClaimError where claims != nil {
      throw error.inputError
    }
  }

  /// Writes the reports, unless a verdict has changed and nobody asked to record that.
  private func record(_ verification: Verification) throws {
    let folder = ReportFolder(reports)
    let changes = Self.changes(try folder.expectedVerdicts(), verification)
    guard changes.isEmpty || update else { throw Unexpected(changes) }
    let runs = try ReferenceRuns { output.note("\($0) …\n") }
    try folder.write(verification, runs)
    output.note("wrote \(reports)/; all claims are in \(reports)/claims.md\n")
    if try ReadmeTable.update(folder.readme, verification) {
      output.note("updated the table of claims in \(folder.readme)\n")
    }
  }

  private static func changes(
    _ expected: [String: Verdict]?, _ verification: Verification
  ) -> [String] {
    guard let expected else { return [] }
    let found = Dictionary(
      uniqueKeysWithValues: verification.claims.map { ($0.id, $0.verdict.rawValue) })
    return Set(expected.keys).union(found.keys).sorted().compactMap { id in
      let (before, now) = (expected[id]?.rawValue ?? "absent", found[id] ?? "absent")
      return before == now ? nil : "claim \(id) was \(before) and is \(now)"
    }
  }
}

extension Unexpected {
  /// How many changes one line names.
  private static let named = 5

  /// Verdicts that are not those recorded.
  init(_ changes: [String]) {
    let more = changes.count > Self.named ? "; and \(changes.count - Self.named) more" : ""
    self.init(
      description: changes.prefix(Self.named).joined(separator: "; ") + more
        + " (record with --update)")
  }
}
