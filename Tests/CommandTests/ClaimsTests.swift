import Foundation
import TestSupport
import Testing

@Suite struct ClaimsTests {
  @Test func `the claims are listed, one for each that is recorded`() throws {
    let recorded = try JSONSerialization.jsonObject(with: recordedVerdicts()) as? [String: Any]
    let count = try #require(recorded).count
    let claims = try #require(
      try object(assay("claims", "--format", "json"))["claims"] as? [[String: Any]])
    #expect(claims.count == count)
    #expect(try assay("claims").text.hasPrefix("\(count) claims\n"))
    #expect(try assay("claims").text.contains("12·h² + 13·h"))
    let rows = try assay("claims", "--format", "csv").text.split(separator: "\n")
    // one line more, of headings
    #expect(rows.count == count + 1)
  }

  @Test func `the example in the help is a file of claims as it stands`() throws {
    let help = try assay("help", "claims").text.split(
      separator: "\n", omittingEmptySubsequences: false)
    let first = try #require(help.firstIndex { $0.contains("document: ") })
    let indent = help[first].prefix { $0 == " " }.count
    let example = help[first...].prefix { !$0.isEmpty }.map { $0.dropFirst(indent) }
    try withTemporaryFolder { folder in
      try folder.write(example.joined(separator: "\n") + "\n", to: "mine.yaml")
      let judged = try assay("verify", "--claims", "mine.yaml", "--format", "json", in: folder)
      #expect(judged.status == 0 && judged.errors.isEmpty)
      let claims = try #require(try object(judged)["claims"] as? [[String: Any]])
      #expect(claims.map { $0["id"] as? String } == ["mine.1", "mine.2"])
      // 12h² drops 13h, which is of lower order; 124,439,808 is 124 million as it is printed
      #expect(claims.map { $0["verdict"] as? String } == ["bounded", "bounded"])
      #expect(try folder.names == ["mine.yaml"])
      let listed = try assay("claims", "--claims", "mine.yaml", in: folder)
      #expect(listed.text.hasPrefix("2 claims\n"))
    }
  }

  @Test func `the claims whose ids match are judged, and no reports are written`() throws {
    try withTemporaryFolder { folder in
      let outcome = try assay("verify", "--only", "003.2?", "--format", "json", in: folder)
      #expect(outcome.status == 65)
      let some = try object(assay("verify", "--only", "000.0*", "--format", "json", in: folder))
      let claims = try #require(some["claims"] as? [[String: Any]])
      #expect(!claims.isEmpty)
      #expect(claims.allSatisfy { ($0["id"] as? String)?.hasPrefix("000.0") == true })
      let summary = try #require(some["summary"] as? [String: Int])
      #expect(summary.values.reduce(0, +) == claims.count)
      let names = try folder.names
      #expect(names.isEmpty)
    }
  }
}

/// The verdicts that the repository records.
func recordedVerdicts() throws -> Data {
  try Data(contentsOf: Fixture.folder.appending(path: "../../reports/verdicts.json"))
}
