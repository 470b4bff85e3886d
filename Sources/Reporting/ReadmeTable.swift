import Foundation
import Verification

/// The table of claims in the README, between two marks.
public enum ReadmeTable {
  private static let begin = "<!-- assay: claims -->"
  private static let end = "<!-- assay: end -->"

  /// The claims that the table shows: one of each kind of quantity and of each verdict.
  private static let shown = [
    "003.28", "003.31", "003.32", "000.06", "003.57", "003.58", "003.61", "004.44", "002.33",
    "001.42", "002.39", "004.40",
  ]

  /// Puts the findings between the marks of a README; leaves a file without marks as it is.
  public static func update(_ path: String, _ verification: Verification) throws {
    guard let data = FileManager.default.contents(atPath: path) else { return }
    let text = String(decoding: data, as: UTF8.self)
    guard let first = text.range(of: begin), let last = text.range(of: end),
      first.upperBound <= last.lowerBound
    else { return }
    let table = table(verification).markdown
    let updated = text[..<first.upperBound] + "\n\n" + table + "\n\n" + text[last.lowerBound...]
    if updated != text { try Data(updated.utf8).write(to: URL(filePath: path), options: .atomic) }
  }

  private static func table(_ verification: Verification) -> Table {
    let findings = shown.compactMap { id in verification.claims.first { $0.id == id } }
    return Table(
      nil,
      [
        .text("claim"), .text("formula"), .number("computed"), .number("measured"),
        .text("verdict"), .text("what the run says"),
      ],
      findings.map { finding in
        [
          "\(finding.id) \(finding.statement)", finding.expression ?? "", finding.computed.text,
          finding.measured.text, finding.verdict.rawValue,
          finding.correctedText.isEmpty ? finding.because : finding.correctedText,
        ]
      })
  }
}
