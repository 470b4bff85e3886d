import Catalogue
import Foundation
import Verification

/// What the findings say in a README: one of them in words, and a table of some, each between two
/// marks.
public enum ReadmeTable {
  private static let end = "<!-- assay: end -->"

  /// The claims that the table shows: some of each kind of quantity and of each verdict.
  private static let shown = [
    "003.28", "003.57", "003.88", "004.44", "003.31", "003.61", "003.42", "002.33", "001.42",
    "004.40", "korthikanti.8", "001.49", "002.84", "003.71",
  ]

  /// The claim that is shown in words.
  private static let example = "001.42"

  /// Puts the findings between the marks of a README; leaves a file without marks, or one that is
  /// not UTF-8, as it is.
  ///
  /// - Returns: whether the file has changed.
  public static func update(_ path: String, _ verification: Verification) throws(InputError)
    -> Bool
  {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(validating: data, as: UTF8.self)
    else { return false }
    var updated = text
    replace("<!-- assay: example -->", sentence(verification), in: &updated)
    replace("<!-- assay: claims -->", table(verification).markdown, in: &updated)
    guard updated != text else { return false }
    try OutputFile(path).write(updated)
    return true
  }

  /// Puts `content` between `begin` and the next end mark, if both are there.
  private static func replace(_ begin: String, _ content: String, in text: inout String) {
    guard let first = text.range(of: begin),
      let last = text.range(of: end, range: first.upperBound..<text.endIndex)
    else { return }
    text.replaceSubrange(first.upperBound..<last.lowerBound, with: "\n\n" + content + "\n\n")
  }

  private static func sentence(_ verification: Verification) -> String {
    guard let finding = verification.claims.first(where: { $0.id == example }) else { return "" }
    let numbers =
      "The formula gives \(finding.amount(finding.computed)) at "
      + "\(finding.place ?? ""), the run has \(finding.measured.text)."
    return "> *\(finding.statement)* \(numbers) \(finding.because) "
      + "**\(finding.verdict.rawValue.capitalized).**"
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
