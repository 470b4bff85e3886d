import Catalogue
import Formulas
import Testing
import Verification

@testable import Reporting

@Suite struct FormulaReportTests {
  private func report(_ quantity: String, of model: String) throws -> FormulaReport {
    let derivation = Derivation(of: try ModelShape(named: model), Recipe())
    return FormulaReport(
      try derivation.formula(of: try #require(DerivableQuantity.named(quantity))))
  }

  @Test func `a maximum is shown piece by piece, each with its region`() throws {
    let text = try report("peak", of: "gpt2").rendered(as: .text)
    #expect(text.contains("\nPiece 1: "))
    #expect(text.contains("in backward\n"))
    #expect(text.contains("\n  where "))
    #expect(text.contains(" ≥ "))
  }

  @Test func `exceptions have a table of their own`() throws {
    let text = try report("savedForBackward", of: "falcon-7b").rendered(as: .markdown)
    #expect(text.contains("### Does not hold for"))
    #expect(text.contains("b = 1, "))
    let without = try report("savedForBackward", of: "gpt2").rendered(as: .markdown)
    #expect(!without.contains("Does not hold"))
  }

  @Test func `the page has a formula of each family for each quantity`() throws {
    let page = try FormulaPage().markdown
    #expect(page.contains("| gpt2 | 12·h² + 13·h | d = h/a; f = 4·h; g = a |\n"))
    #expect(page.contains("| llama-3-8b | 2·h² + 3·h·f + 2·h·g·d + 2·h | d = h/a |\n"))
    #expect(page.contains("| gpt2 | 24·b·s·h² + 4·b·s²·h | "))
    #expect(page.contains("d = h/a; f = 4·h; g = 1; not at b = 1"))
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| gpt2 |") }
    #expect(rows.count == 8)
  }
}
