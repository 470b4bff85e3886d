import Formulas

/// All findings of one run of the judge: the `assay.verification.v1` of the command line.
public struct Verification: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.verification.v1"
  /// The claims, judged, in the order of the catalogue.
  public let claims: [Finding]
  /// Number of claims with each verdict.
  public let summary: [String: Int]

  /// Judges the claims of a catalogue.
  ///
  /// - Parameters:
  ///   - catalogue: the claims.
  ///   - pattern: selects claims by id; `*` stands for any letters.
  ///   - progress: called after each claim with the number of those that are judged, and of all.
  /// - Throws: an error that names the claim, if one cannot be evaluated.
  public init(
    _ catalogue: ClaimCatalogue, only pattern: String? = nil,
    progress: (_ judged: Int, _ all: Int) -> Void = { _, _ in }
  ) throws {
    let selected = catalogue.claims.filter { claim in
      pattern.map { Glob($0).matches(claim.id) } ?? true
    }
    var judge = Judge(catalogue)
    claims = try judge.findings(selected) { progress($0, selected.count) }
    var summary = Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.rawValue, 0) })
    for finding in claims { summary[finding.verdict.rawValue, default: 0] += 1 }
    self.summary = summary
  }

  /// The titles of the documents whose claims these are, in order.
  public var documents: [String] {
    claims.reduce(into: []) { titles, finding in
      if !titles.contains(finding.document) { titles.append(finding.document) }
    }
  }

  /// The verdicts, by claim.
  public var verdicts: [String: Verdict] {
    Dictionary(uniqueKeysWithValues: claims.map { ($0.id, $0.verdict) })
  }
}
