import Formulas
import Foundation
import TestSupport
import Testing
import Verification

@testable import Reporting

@Suite struct ReadmeTableTests {
  private static let some = Result {
    try Verification(ClaimCatalogue.builtIn, only: "003.28")
  }

  private func update(_ folder: TemporaryFolder) throws -> Bool {
    try ReadmeTable.update(folder("README.md"), Self.some.get())
  }

  @Test(arguments: [
    "", "A README.\n", "<!-- assay: claims -->\n", "<!-- assay: end -->\n",
    "<!-- assay: end -->\n<!-- assay: claims -->\n", "line ends\r\nof another kind\r\n",
    "<!--assay: claims-->\n<!--assay: end-->\n",
  ])
  func `a file without both marks, in their order, is left as it is`(text: String) throws {
    try withTemporaryFolder { folder in
      try folder.write(text, to: "README.md")
      #expect(try !update(folder))
      #expect(try folder.bytes("README.md") == Data(text.utf8))
    }
  }

  @Test func `a file that is not UTF-8 is left as it is`() throws {
    try withTemporaryFolder { folder in
      let latin =
        Data("na".utf8) + [0xEF] + Data("ve <!-- assay: claims --><!-- assay: end -->".utf8)
      try latin.write(to: URL(filePath: folder("README.md")))
      #expect(try !update(folder))
      #expect(try folder.bytes("README.md") == latin)
    }
  }

  @Test func `where there is no file, none is made`() throws {
    try withTemporaryFolder { folder in
      #expect(try !update(folder))
      let names = try folder.names
      #expect(names.isEmpty)
    }
  }

  @Test func `a finding stands in words between marks of its own`() throws {
    try withTemporaryFolder { folder in
      let claim = try Verification(ClaimCatalogue.builtIn, only: "001.42")
      try folder.write(
        "<!-- assay: example -->old<!-- assay: end -->\n<!-- assay: claims --><!-- assay: end -->",
        to: "README.md")
      #expect(try ReadmeTable.update(folder("README.md"), claim))
      let text = String(decoding: try folder.bytes("README.md"), as: UTF8.self)
      let finding = try #require(claim.claims.first)
      #expect(
        text.hasPrefix("<!-- assay: example -->\n\n> *\(finding.statement)* The formula gives "))
      #expect(text.contains("\(finding.because) **Refuted.**\n\n<!-- assay: end -->"))
      #expect(!text.contains("old"))
    }
  }

  @Test func `what lies between the marks is replaced, and nothing else`() throws {
    try withTemporaryFolder { folder in
      let (before, after) = (
        "\u{FEFF}# naïve\r\n<!-- assay: claims -->", "<!-- assay: end --> 漢\r\n\n"
      )
      try folder.write(before + "old\n| rows |\n" + after, to: "README.md")
      #expect(try update(folder))
      let text = String(decoding: try folder.bytes("README.md"), as: UTF8.self)
      #expect(text.utf8.starts(with: before.utf8))
      #expect(text.utf8.reversed().starts(with: after.utf8.reversed()))
      #expect(!text.contains("old") && !text.contains("| rows |"))
      let table = text.dropFirst(before.count).dropLast(after.count)
      // 12 · 32² + 13 · 32 = 12,704
      #expect(
        table == """


          | claim | formula | computed | measured | unit | of | verdict | what the run says |
          | --- | --- | ---: | ---: | --- | --- | --- | --- |
          | 003.28 A layer has 12h² + 13h parameters. | 12·h² + 13·h | 12,704 | 12,704 | parameter \
          | l = 2, h = 32, a = 4, V = 61, b = 2, s = 12 | **exact** \
          | The formula equals the measurement at 6 real runs. |


          """)
    }
  }

  @Test func `a table that is up to date is not written again`() throws {
    try withTemporaryFolder { folder in
      try folder.write("<!-- assay: claims --><!-- assay: end -->", to: "README.md")
      #expect(try update(folder))
      let first = try folder.bytes("README.md")
      #expect(try !update(folder))
      #expect(try folder.bytes("README.md") == first)
    }
  }
}
