import Catalogue
import Foundation
import Verification

/// The folder `reports/`: what the main job writes, and the verdicts that it is held to.
public struct ReportFolder: Sendable {
  private let path: String
  private let folder: URL

  /// - Parameter path: of the folder, which need not exist.
  public init(_ path: String) {
    self.path = path
    folder = URL(filePath: path, directoryHint: .isDirectory)
  }

  /// Makes the folder if there is none, and checks that files can be put into it.
  ///
  /// - Throws: `InputError` if they cannot.
  public func prepare() throws(InputError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        "--reports", found: "\"\(path)\", which is not a folder and cannot become one",
        expected: "a folder")
    }
    guard FileManager.default.isWritableFile(atPath: folder.path) else {
      throw InputError(
        "--reports", found: "\(path), which cannot be written", expected: "a folder of your own")
    }
  }

  /// The verdicts recorded last, by claim; nil if there are none.
  ///
  /// - Throws: `InputError` if the file is not readable as such.
  public func expectedVerdicts() throws(InputError) -> [String: Verdict]? {
    let file = folder.appending(path: "verdicts.json")
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    do {
      return try JSONDecoder().decode([String: Verdict].self, from: data)
    } catch {
      throw InputError(
        file.path, found: "text that is not a list of verdicts",
        expected: "{ \"claim\": \"verdict\", … }, as `assay verify --update` writes it")
    }
  }

  /// Writes all reports: all of them are ready before the first takes its place.
  ///
  /// - Parameters:
  ///   - verification: the claims, judged.
  ///   - runs: of the reference models.
  ///   - progress: called before each piece of work with what it is.
  /// - Throws: `InputError` if the folder takes no files.
  public func write(
    _ verification: Verification, _ runs: ReferenceRuns, progress: (String) -> Void = { _ in }
  ) throws {
    let report = VerificationReport(verification)
    let families = try FormulaPage(progress: progress)
    let page = try ReportPage(verification, families, progress: progress)
    let texts =
      [
        ("claims.md", try report.rendered(as: .markdown)),
        ("textbook.md", TextbookPage(verification).markdown),
        ("verification.json", try report.rendered(as: .json)),
        ("verdicts.json", try Self.verdicts(verification)),
        ("models.md", try ModelsReport().rendered(as: .markdown)),
        ("formulas.md", families.markdown),
        ("measurements.md", runs.accounts.markdown + "\n"),
        ("recompute.md", runs.recomputation.markdown),
        ("report.html", try page.html),
        ("timings.local.md", runs.timings.markdown + "\n"),
      ] + page.plots(verification)
    try prepare()
    for (name, text) in texts { try OutputFile(folder.appending(path: name).path).write(text) }
  }

  /// The README beside the folder.
  public var readme: String {
    folder.deletingLastPathComponent().appending(path: "README.md").path
  }

  private static func verdicts(_ verification: Verification) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let data = try encoder.encode(verification.verdicts)
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
