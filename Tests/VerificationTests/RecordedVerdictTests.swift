import Formulas
import Foundation
import TestSupport
import Testing
import Verification

/// The claims that are built in, judged once for all tests.
let builtIn = Result { try Verification(ClaimCatalogue.builtIn) }

@Suite struct RecordedVerdictTests {
  private let reports = Fixture.folder.appending(path: "../../reports")

  @Test func `the verdicts are those that are recorded`() throws {
    let data = try Data(contentsOf: reports.appending(path: "verdicts.json"))
    let recorded = try JSONDecoder().decode([String: Verdict].self, from: data)
    let found = try builtIn.get().claims.map { ($0.id, $0.verdict) }
    #expect(Dictionary(uniqueKeysWithValues: found) == recorded)
  }

  @Test func `the findings are those that are recorded`() throws {
    let data = try Data(contentsOf: reports.appending(path: "verification.json"))
    let recorded = try JSONDecoder().decode(Verification.self, from: data)
    let found = try builtIn.get()
    #expect(found.summary == recorded.summary)
    #expect(found.claims.map(\.because) == recorded.claims.map(\.because))
    // Ratios are recorded as the nearest double.
    #expect(
      found.claims.map(\.measured?.value.doubleValue)
        == recorded.claims.map(\.measured?.value.doubleValue))
    #expect(
      found.claims.map(\.computed?.value.integer) == recorded.claims.map(\.computed?.value.integer))
  }

  @Test func `every verdict occurs, and every finding has its reason`() throws {
    let verification = try builtIn.get()
    #expect(Set(verification.claims.map(\.verdict)) == Set(Verdict.allCases))
    #expect(verification.summary.values.reduce(0, +) == verification.claims.count)
    for finding in verification.claims {
      #expect(finding.because.hasSuffix("."), "\(finding.id)")
      #expect(!finding.because.contains("\n"), "\(finding.id)")
    }
  }

  @Test func `where terms cover what was measured, attributions add up to the residual`() throws {
    let terms = try Dictionary(
      uniqueKeysWithValues: ClaimCatalogue.builtIn.claims.map { ($0.id, $0.terms) })
    let wrong = try builtIn.get().claims.filter { finding in
      let terms = terms[finding.id] ?? []
      return !finding.attribution.isEmpty && !terms.isEmpty
        && terms.allSatisfy { !$0.covers.isEmpty }
    }
    #expect(wrong.count > 10)
    for finding in wrong {
      let sum = finding.attribution.reduce(Rational(0)) {
        $0 + $1.claimed.value - $1.measured.value
      }
      #expect(sum == finding.residual?.value, "\(finding.id)")
    }
  }
}
