import Formulas
import Foundation
import TestSupport
import Testing
import Verification

@testable import Reporting

@Suite struct ReportFolderTests {
  private func says(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no fault"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a folder is made where there is none, with those above it`() throws {
    try withTemporaryFolder { folder in
      try ReportFolder(folder("a/b")).prepare()
      try ReportFolder(folder("a/b")).prepare()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a")) == ["b"])
    }
  }

  @Test func `a file in the place of the folder is refused, and stays`() throws {
    try withTemporaryFolder { folder in
      try folder.write("mine", to: "reports")
      for path in [folder("reports"), folder("reports/below")] {
        #expect(
          says { try ReportFolder(path).prepare() }
            == "--reports: found \"\(path)\", which is not a folder and cannot become one; "
            + "expected a folder")
      }
      #expect(try folder.text("reports") == "mine")
    }
  }

  @Test func `verdicts that were recorded are read, and there may be none`() throws {
    try withTemporaryFolder { folder in
      let reports = ReportFolder(folder.path)
      #expect(try reports.expectedVerdicts() == nil)
      try folder.write("{ \"x.1\": \"exact\", \"x.2\": \"slip\" }", to: "verdicts.json")
      #expect(try reports.expectedVerdicts() == ["x.1": .exact, "x.2": .slip])
    }
  }

  @Test(arguments: ["", "[]", "{ \"x.1\": \"perhaps\" }", "{ \"x.1\": 3 }", "{"])
  func `what is not a list of verdicts is refused`(text: String) throws {
    try withTemporaryFolder { folder in
      let path = try folder.write(text, to: "verdicts.json")
      #expect(
        says { _ = try ReportFolder(folder.path).expectedVerdicts() }
          == "\(path): found text that is not a list of verdicts; expected "
          + "{ \"claim\": \"verdict\", … }, as `assay verify --update` writes it")
    }
  }

  @Test func `the README is the one beside the folder`() {
    #expect(ReportFolder("/a/b/reports").readme == "/a/b/README.md")
    #expect(ReportFolder("/a/b/reports/").readme == "/a/b/README.md")
  }

  @Test func `a report ends in one line feed, whatever its format`() throws {
    let report = VerificationReport(try Verification(ClaimCatalogue.builtIn, only: "00?.28"))
    for format in Format.allCases {
      let text = try report.rendered(as: format)
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(format)")
    }
    let summary = "0 claims: 0 exact, 0 bounded, 0 conventional, 0 refuted, 0 slip, 0 notMeasurable"
    #expect(report.headline == summary)
  }
}
