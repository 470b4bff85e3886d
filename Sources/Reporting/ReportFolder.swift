import Catalogue
import Foundation
import Verification

/// The folder `reports/`: what the main job writes, and the verdicts that it is held to.
public struct ReportFolder: Sendable {
  private let folder: URL

  /// - Parameter path: of the folder, which need not exist.
  public init(_ path: String) { folder = URL(filePath: path, directoryHint: .isDirectory) }

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

  /// Writes all reports, each file whole or not at all.
  public func write(_ verification: Verification, _ runs: ReferenceRuns) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let report = VerificationReport(verification)
    try write("claims.md", report.rendered(as: .markdown))
    try write("verification.json", report.rendered(as: .json))
    try write("verdicts.json", Self.verdicts(verification))
    try write("models.md", ModelsReport().rendered(as: .markdown))
    try write("measurements.md", runs.accounts.markdown + "\n")
    try write("timings.local.md", runs.timings.markdown + "\n")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
  }

  private static func verdicts(_ verification: Verification) throws -> String {
    let verdicts = verification.claims.map { ($0.id, $0.verdict) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let data = try encoder.encode(Dictionary(uniqueKeysWithValues: verdicts))
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
