import Assay
import Foundation
import Testing

/// The documentation shows code that these tests compile and run, to the letter.
@Suite struct ArticleTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
  private static let catalogue = sources.appending(path: "../../Sources/Assay/Assay.docc")
  private static let readme = sources.appending(path: "../../README.md")

  private static func texts(_ folder: URL, _ ending: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == ending }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  /// Lines without their indent, which in an article is another one.
  private static func trimmed(_ text: some StringProtocol) -> String {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: "\n")
  }

  @Test func `the code of every article, and of the README, is that of a test`() throws {
    let tests = try Self.texts(Self.sources, "swift").map(Self.trimmed)
    let readme = try String(contentsOf: Self.readme, encoding: .utf8)
    let blocks = try (Self.texts(Self.catalogue, "md") + [readme]).flatMap { article in
      article.matches(of: /```swift\n((?s).*?)```/).map { Self.trimmed($0.1) }
    }
    .filter { !$0.hasPrefix("// Package.swift") }
    #expect(blocks.count >= 10)
    for block in blocks {
      let code = block.replacing("import Assay\nimport Testing\n", with: "")
      #expect(tests.contains { $0.contains(code) }, "\(block)")
    }
  }

  @Test func `the article on words has all conventions, categories, verdicts and parts of roles`()
    throws
  {
    let article = try String(
      contentsOf: Self.catalogue.appending(path: "Vocabulary.md"), encoding: .utf8)
    let parts = TensorRole.allCases.compactMap { $0.rawValue.split(separator: ".").first }
    let words =
      Convention.all.map(\.name) + Catalogue.Category.allCases.map(\.rawValue)
      + Verdict.allCases.map(\.rawValue) + Set(parts).map(String.init)
    for word in words { #expect(article.contains("`\(word)`"), "\(word)") }
  }
}
