import Catalogue
import Foundation
import Verification

/// The table of claims in a README, between two marks.
public enum ReadmeTable {
  private static let begin = "<!-- assay: claims -->"
  private static let end = "<!-- assay: end -->"

  /// The claims that the table shows: some of each kind of quantity and of each verdict.
  private static let shown = [
    "003.28", "003.57", "003.58", "004.44", "003.31", "003.61", "002.33", "001.42", "004.40",
    "002.39", "001.35", "000.49",
  ]

  /// Puts the findings between the marks of a README; leaves a file without marks, or one that is
  /// not UTF-8, as it is.
  ///
  /// - Returns: whether the file has changed.
  public static func update(_ path: String, _ verification: Verification) throws(InputError) -> Bool
  {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(validating: data, as: UTF8.self),
      let first = text.range(of: begin), let last = text.range(of: end),
      first.upperBound <= last.lowerBound
    else { return false }
    let table = table(verification).markdown
    let updated = text[..<first.upperBound] + "\n\n" + table + "\n\n" + text[last.lowerBound...]
    guard updated != text else { return false }
    try OutputFile(path).write(String(updated))
    return true
  }

  private static func table(_ verification: Verification) -> Table {
    let findings = shown.compactMap { id in verification.claims.first { $0.id == id } }
    return Table(
      nil,
      [
        .text("claim"), .text("formula"), .number("computed"), .number("measured"), .text("unit"),
        .text("of"), .text("verdict"), .text("what the run says"),
      ],
      findings.map { finding in
        [
          "\(finding.id) \(finding.statement)", finding.expression ?? "", finding.computed.text,
          finding.measured.text, finding.unit ?? "", finding.place ?? "",
          "**\(finding.verdict.rawValue)**", finding.because,
        ]
      })
  }
}
