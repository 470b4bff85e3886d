import Foundation
import TestSupport
import Testing

/// The main job takes seconds, and memory for GPT-2: one test at a time.
@Suite(.serialized) struct BaselineTests {
  private func recorded() throws -> [String: String] {
    try JSONDecoder().decode([String: String].self, from: recordedVerdicts())
  }

  /// A folder of reports, with nothing in it but these verdicts.
  private func withReports(
    _ verdicts: [String: String], _ body: (TemporaryFolder, Data) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      try files.createDirectory(atPath: folder("reports"), withIntermediateDirectories: false)
      let data = try JSONEncoder().encode(verdicts)
      try data.write(to: URL(filePath: folder("reports/verdicts.json")))
      try folder.write("A README of one's own.\n", to: "README.md")
      try body(folder, data)
    }
  }

  @Test func `a verdict that differs from the one recorded is named, and nothing is written`()
    throws
  {
    var verdicts = try recorded()
    let now = try #require(verdicts["003.28"])
    verdicts["003.28"] = now == "slip" ? "exact" : "slip"
    let before = try #require(verdicts["003.28"])
    verdicts["999.99"] = "exact"
    try withReports(verdicts) { folder, data in
      expectFailure(
        try assay("verify", in: folder), 1,
        "claim 003.28 was \(before) and is \(now); claim 999.99 was exact and is absent "
          + "(record with --update)")
      #expect(try folder.bytes("reports/verdicts.json") == data)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("reports")).count == 1)
      #expect(try folder.names == ["README.md", "reports"])
      #expect(try folder.text("README.md") == "A README of one's own.\n")
    }
  }

  @Test func `verdicts that are not readable are bad input`() throws {
    try withReports(["003.28": "perhaps"]) { folder, data in
      let outcome = try assay("verify", "--update", in: folder)
      #expect(outcome.status == 65)
      #expect(outcome.output.isEmpty)
      let says = "found text that is not a list of verdicts; "
      #expect(outcome.errors.hasPrefix("assay: ") && outcome.errors.contains(says))
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(try folder.bytes("reports/verdicts.json") == data)
    }
  }

  @Test func `what differs is recorded with --update, and then expected`() throws {
    var verdicts = try recorded()
    verdicts["003.28"] = verdicts["003.28"] == "slip" ? "exact" : "slip"
    try withReports(verdicts) { folder, _ in
      let updated = try assay("--update", "--format", "json", in: folder)
      #expect(updated.status == 0)
      #expect(try object(updated)["schema"] as? String == "assay.verification.v1")
      #expect(try folder.bytes("reports/verdicts.json") == recordedVerdicts())
      #expect(try folder.bytes("reports/verification.json") == updated.output)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder("reports")).sorted() == [
          "claims.md", "formulas.md", "measurements.md", "models.md", "recompute.md", "report.html",
          "scaling.svg", "textbook.md", "timeline.svg", "timings.local.md", "verdicts.json",
          "verdicts.svg", "verification.json",
        ])
      #expect(try folder.bytes("reports/report.html").count < 3_000_000)
      #expect(try folder.text("README.md") == "A README of one's own.\n")
      #expect(try folder.names == ["README.md", "reports"])
      // How it goes is for terminals.
      #expect(updated.errors == "wrote reports/; all claims are in reports/claims.md\n")
    }
  }
}
