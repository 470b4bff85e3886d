import Formulas
import Verification

/// All findings in the order of the documents, for somebody who reads or teaches one of them: what
/// it says, what a run has, and where the difference lies.
public struct TextbookPage {
  private let verification: Verification

  /// - Parameter verification: the findings.
  public init(_ verification: Verification) { self.verification = verification }

  /// A section for each document.
  public var markdown: String {
    let introduction = """
      # The textbook on trial

      What five documents and a dozen estimators say of training memory and work, and what runs of \
      the same program have measured; how each verdict was reached is in [claims.md](claims.md). \
      Formulas are in b batch, s sequence length, h hidden size, f feed-forward size, a heads, \
      g KV heads, d head dimension, l layers, V vocabulary, T learned positions, P parameters, \
      D training tokens, N devices.
      """
    return ([introduction] + verification.documents.map(section)).joined(separator: "\n\n") + "\n"
  }

  private func section(_ title: String) -> String {
    let findings = verification.claims.filter { $0.document == title }
    let measured = findings.filter { $0.verdict != .notMeasurable }
    let open = findings.filter { $0.verdict == .notMeasurable }.map(\.id)
    let table = Table(
      nil,
      [
        .text("claim"), .text("says"), .text("measured"), .text("verdict"),
        .text("what makes the difference"),
      ],
      measured.map { finding in
        [
          finding.id, finding.says, finding.outcome, "**\(finding.verdict.rawValue)**",
          finding.verdict == .exact ? "" : finding.because,
        ]
      })
    let rest =
      open.isEmpty
      ? [] : ["No run can judge \(open.joined(separator: ", ")); claims.md says why of each."]
    return (["## \(title)", Self.summary(findings), table.markdown] + rest)
      .joined(separator: "\n\n")
  }

  private static func summary(_ findings: [Finding]) -> String {
    let counts = Verdict.allCases.compactMap { verdict -> String? in
      let count = findings.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return findings.count.counted("statement") + ": " + counts.joined(separator: ", ") + "."
  }
}

extension Finding {
  /// The statement with its formula.
  fileprivate var says: String {
    guard let expression, !statement.contains(expression) else { return statement }
    return "\(statement) `\(expression)`"
  }

  /// What was measured: a formula, where one was found, or a number.
  fileprivate var outcome: String {
    if !correctedText.isEmpty { return "`\(correctedText)`" }
    guard measured != nil else { return "arithmetic" }
    guard residual != nil else { return verdict == .exact ? because : "" }
    if verdict == .exact, mode == "real" { return "the same, in all miniatures" }
    return [amount(measured), place.map { "at \($0)" }].compactMap { $0 }.joined(separator: " ")
  }
}
