import Reporting
import Testing
import Verification

@Suite struct VerdictChangesTests {
  @Test func `verdicts that were never recorded cannot differ`() {
    #expect(VerdictChanges(from: nil, to: ["1": .exact]).isEmpty)
  }

  @Test func `a claim that is new, gone or judged otherwise has changed`() {
    let changes = VerdictChanges(
      from: ["1": .exact, "2": .slip, "3": .bounded], to: ["2": .exact, "3": .bounded, "4": .slip])
    #expect(
      changes.description
        == "claim 1 was exact and is absent; claim 2 was slip and is exact; "
        + "claim 4 was absent and is slip (record with --update)")
  }

  @Test(arguments: [(5, ""), (6, "; and 1 more"), (414, "; and 409 more")])
  func `of many changes five are named and the others counted`(count: Int, counted: String) {
    let ids = (1000..<1000 + count).map { "\($0)" }
    let changes = VerdictChanges(
      from: [:], to: Dictionary(uniqueKeysWithValues: ids.map { ($0, Verdict.exact) }))
    let named = ids.prefix(5).map { "claim \($0) was absent and is exact" }
    #expect(
      changes.description == named.joined(separator: "; ") + counted + " (record with --update)")
  }
}
