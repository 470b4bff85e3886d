import Formulas
import Testing

@testable import Verification

/// Holds the judge to the program: where the program keeps, counts or forgets something else, no
/// claim that speaks of it may stay exact.
@Suite struct ProgramMutantTests {
  /// What the fault changes falls; and it changes something that claims speak of.
  @Test("A fault of the program makes the claims about it fall", arguments: ProgramMutant.all)
  func falls(mutant: ProgramMutant) throws {
    let catalogue = try ClaimCatalogue.builtIn
    let sound = Dictionary(
      uniqueKeysWithValues: try builtIn.get().claims.filter { $0.verdict == .exact }
        .map { ($0.id, $0) })
    let claims = catalogue.claims.filter { sound[$0.id] != nil && $0.measure != nil }
    var judge = Judge(catalogue, Runs(mutant.account))
    let findings = try judge.findings(claims)
    let changed = findings.filter { $0.measured != sound[$0.id]?.measured }
    #expect(changed.count >= 2)
    #expect(changed.filter { $0.verdict == .exact }.map(\.id) == [])
  }
}
