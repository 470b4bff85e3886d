import Formulas
import Verification

/// All claims beside what was measured, as a table that a script filters.
struct ClaimsSection: Sendable {
  private let verification: Verification
  private let expressions: [String: Expression]

  /// - Parameters:
  ///   - verification: the claims, judged.
  ///   - catalogue: where they are from.
  init(_ verification: Verification, _ catalogue: ClaimCatalogue) {
    self.verification = verification
    expressions = Dictionary(
      uniqueKeysWithValues: catalogue.claims.compactMap { claim in
        claim.expression.map { (claim.id, $0) }
      })
  }

  var html: HTML {
    """
    <p>What \(verification.documents.count) documents say, and what runs of the same program have. A claim opens \
    to the reason of its verdict, the formula of what was measured, and its source.</p>
    <div class="toolbar" id="claims-filter">
    <label>Search <input type="search" id="claims-search" placeholder="id, words, formula"></label>
    <label>Document <select id="claims-document"><option value="">all</option>\(options)</select></label>
    <div class="chips" role="group" aria-label="Verdicts">\(Verdict.allCases.map(chip))</div>
    <output id="claims-count" for="claims-search claims-document"></output>
    </div>
    <table class="claims"><thead><tr><th>claim</th><th>verdict</th><th>what it says</th>\
    <th class="number">computed</th><th class="number">measured</th><th>unit</th><th>off by</th></tr>\
    </thead>
    <tbody>
    \(verification.claims.map { ClaimRow($0, expressions[$0.id]).html })</tbody></table>
    """
  }

  private var options: [HTML] { verification.documents.map { "<option>\($0)</option>" } }

  private func chip(_ verdict: Verdict) -> HTML {
    let count = verification.summary[verdict.rawValue] ?? 0
    return """
      <button type="button" class="chip verdict-\(verdict.rawValue)" aria-pressed="true" \
      data-verdict="\(verdict.rawValue)">\(verdict.sign) \(verdict.words) \(count)</button>
      """
  }
}

extension Verdict {
  /// A sign that tells verdicts apart without colour.
  var sign: String {
    switch self {
    case .exact: "✓"
    case .bounded: "≈"
    case .conventional: "◐"
    case .refuted: "✗"
    case .slip: "✎"
    case .notMeasurable: "–"
    }
  }

  /// The name, in words.
  var words: String { self == .notMeasurable ? "not measurable" : rawValue }
}
