import Formulas
import Foundation
import Testing
import Verification

/// Holds the judge to its strictest verdict: of a claim that is exact, every formula that differs
/// in one number must be anything else.
@Suite struct MutantTests {
  @Test func `an expression has a mutant for each number and each symbol`() throws {
    let mutants = try Expression(parsing: "12*h^2 + 13*h").mutants.map(\.description)
    #expect(
      mutants == [
        "13*h^2 + 13*h", "12*h^3 + 13*h", "12*h^2 + 14*h", "12*h^2 + 13*h^2",
      ])
    let others = try Expression(parsing: "min(-a/(b - 1), sqrt(2))").mutants.map(\.description)
    #expect(
      others == [
        "min(-a^2/(b - 1), sqrt(2))", "min(-a/(b^2 - 1), sqrt(2))", "min(-a/(b - 2), sqrt(2))",
        "min(-a/(b - 1), sqrt(3))",
      ])
  }

  @Test func `no mutant of an exact claim is exact`() throws {
    let exact = Set(try builtIn.get().claims.filter { $0.verdict == .exact }.map(\.id))
    // An inequality that holds may hold of other numbers, too.
    let claims = try ClaimCatalogue.builtIn.claims.filter {
      exact.contains($0.id) && !$0.isInequality
    }
    let mutants = try claims.flatMap(mutants)
    #expect(mutants.count > 200)
    let findings = try judged(mutants)
    #expect(findings.count == mutants.count)
    let survivors = findings.filter { $0.verdict == .exact }
    #expect(survivors.map { "\($0.source): \($0.expression ?? "")" } == [])
  }

  /// The fields of a claim, as they are decoded.
  private typealias Fields = [String: Any]

  /// The claim with each mutant of its formula and of each definition that the formula uses.
  private func mutants(of claim: Claim) throws -> [Fields] {
    let data = try JSONEncoder().encode(claim)
    var fields = try #require(JSONSerialization.jsonObject(with: data) as? Fields)
    fields["section"] = claim.id
    let formulas = (claim.expression?.mutants ?? []).map { mutant in
      fields.merging(["expression": mutant.description]) { $1 }
    }
    let texts = claim.substitutions.mapValues(\.description)
    // Definitions that only the terms use say nothing of the sum.
    let used = claim.substitutions.filter { claim.expression?.symbols.contains($0.key) == true }
    let definitions = used.flatMap { name, definition in
      definition.mutants.map { mutant in
        let changed = texts.merging([name: mutant.description]) { $1 }
        return fields.merging(["substitutions": changed]) { $1 }
      }
    }
    return formulas + definitions
  }

  /// Judges claims that are only decoded, and so not checked again as those that are read.
  private func judged(_ claims: [Fields]) throws -> [Finding] {
    let named = claims.enumerated().map { $1.merging(["id": "\($0)"]) { $1 } }
    let document: Fields = ["document": "mutants", "title": "Mutants", "claims": named]
    let data = try JSONSerialization.data(withJSONObject: ["documents": [document]])
    return try Verification(JSONDecoder().decode(ClaimCatalogue.self, from: data)).claims
  }
}
