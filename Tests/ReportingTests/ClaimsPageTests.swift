import Formulas
import Foundation
import TestSupport
import Testing
import Verification

@testable import Reporting

/// The claims of the reports folder, in a real browser.
@Suite(
  .enabled(
    if: Browser.path != nil,
    "no Chromium was found: install chromium, or name one in ASSAY_CHROMIUM"))
struct ClaimsPageTests {
  private func verification() throws -> Verification {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../reports/verification.json")
    return try JSONDecoder().decode(Verification.self, from: Data(contentsOf: file))
  }

  private func visit(_ verification: Verification, _ script: String) throws -> Any {
    let section = ClaimsSection(verification, try ClaimCatalogue.builtIn)
    let page = PageTemplate(
      title: "Claims", header: "", data: "{}",
      sections: [PageSection(id: "claims", title: "Claims", content: section.html)])
    let visit = try Browser.visit(page.html, Browser.Window(width: 390, isDark: false), script)
    #expect(visit.complaints.isEmpty)
    return try JSONSerialization.jsonObject(with: visit.result)
  }

  @Test func `every claim is shown with its verdict and what was measured`() throws {
    let verification = try verification()
    let rows = try #require(
      try visit(
        verification,
        """
        return [...document.querySelectorAll(".claims > tbody > tr")].map((row) => [
          row.querySelector(".id").textContent, row.dataset.verdict,
          row.querySelector("[data-label=computed]").textContent,
          row.querySelector("[data-label=measured]").textContent,
        ]);
        """) as? [[String]])
    let expected = verification.claims.map { finding in
      [
        finding.id, finding.verdict.rawValue, (finding.computed ?? finding.claimed).text,
        finding.measured.text,
      ]
    }
    #expect(rows == expected)
  }

  @Test func `claims are found by verdict, document and words`() throws {
    let verification = try verification()
    let document = try #require(verification.claims.last?.document)
    let counts = try #require(
      try visit(
        verification,
        """
        const shown = () => document.querySelectorAll(".claims > tbody > tr:not([hidden])").length;
        const act = (input, event) => input.dispatchEvent(new Event(event));
        const counts = [shown()];
        const chip = document.querySelector("button[data-verdict=exact]");
        chip.click();
        counts.push(shown());
        chip.click();
        const documents = document.querySelector("#claims-document");
        documents.selectedIndex = documents.options.length - 1;
        act(documents, "change");
        counts.push(shown());
        documents.selectedIndex = 0;
        act(documents, "change");
        const search = document.querySelector("#claims-search");
        search.value = "003.28";
        act(search, "input");
        counts.push(shown(), document.documentElement.scrollWidth - innerWidth);
        return counts;
        """) as? [Int])
    let all = verification.claims.count
    let exact = verification.claims.count { $0.verdict == .exact }
    let last = verification.claims.count { $0.document == document }
    let named = verification.claims.count { finding in
      finding.id == "003.28" || finding.because.contains("003.28")
    }
    #expect(counts == [all, all - exact, last, named, 0])
  }
}
