import Foundation
import TestSupport
import Testing

@testable import Reporting

/// What recomputation saves and costs, beside what is written about it.
@Suite struct RecomputeReportTests {
  private static let page = Result { try RecomputeReport().markdown }

  private func row(_ model: String, _ mode: String) throws -> [String] {
    let lines = try Self.page.get().split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return try #require(lines.first { $0.count > 2 && $0[0] == model && $0[2] == mode })
  }

  @Test("A block that keeps everything keeps the textbook's bytes and the norms' statistics")
  func none() throws {
    // b = 1, s = 1,024, h = 768, a = 12, l = 12: 12·(34·786,432 + 5·12,582,912) = 1,075,838,976.
    // Mean and reciprocal deviation of two norms, 4 bytes each: 12·16·1,024 = 196,608.
    let row = try row("gpt2", "none")
    #expect(Array(row[3...5]) == ["1,076,035,584", "1,075,838,976", "196,608"])
    #expect(Array(row[8...9]) == ["0", "0"])
  }

  @Test("Selective recomputation redoes scores and context, and keeps 34·bsh of a block")
  func selective() throws {
    // 12·34·786,432 = 320,864,256; 12·4·786,432·1,024 = 38,654,705,664.
    let row = try row("gpt2", "selective")
    #expect(Array(row[3...5]) == ["321,060,864", "320,864,256", "196,608"])
    #expect(Array(row[8...9]) == ["38,654,705,664", "38,654,705,664"])
  }

  @Test("Full recomputation keeps the inputs of blocks, and redoes their forward pass")
  func full() throws {
    // 12·2·786,432 = 18,874,368; 12·(24·786,432·768 + 4·786,432·1,024) = 212,600,881,152.
    let row = try row("gpt2", "full")
    #expect(Array(row[3...5]) == ["18,874,368", "18,874,368", "0"])
    #expect(Array(row[8...9]) == ["212,600,881,152", "212,600,881,152"])
  }

  @Test("Groups of √l blocks keep √l inputs")
  func squareRoot() throws {
    // √12 is about 3: 4 groups, 4·2·786,432.
    #expect(try row("gpt2", "sqrt")[3] == "6,291,456")
    #expect(try row("gpt2", "every:6")[3] == "3,145,728")
  }

  @Test("The page in reports/ is the one that the runs give")
  func recorded() throws {
    let file = Fixture.folder.appending(path: "../../reports/recompute.md")
    #expect(try String(contentsOf: file, encoding: .utf8) == Self.page.get())
  }
}
