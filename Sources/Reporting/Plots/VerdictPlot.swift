import Verification

/// How many claims of each document have which verdict.
struct VerdictPlot {
  let verification: Verification

  private static let width = 880.0
  private static let row = 34.0

  var svg: String {
    let documents = verification.documents
    let heading = "\(verification.claims.count.grouped) claims, by verdict"
    let rows = documents.enumerated().map { bars($1, 76 + Double($0) * Self.row) }
    return SVGPlot(
      title: heading, width: Self.width, height: 92 + Double(documents.count) * Self.row,
      content: """
        \(SVGPlot.label(heading, 16, 28, "heading"))
        \(SVGPlot.legend(legend, 16, 52))
        \(rows)
        """
    ).text
  }

  private var legend: [(class: String, text: String)] {
    Verdict.allCases.map { verdict in
      let count = verification.summary[verdict.rawValue] ?? 0
      return (verdict.rawValue, "\(verdict.sign) \(verdict.words) \(count)")
    }
  }

  /// A document's claims, as shares of all of them.
  private func bars(_ document: String, _ y: Double) -> HTML {
    let findings = verification.claims.filter { $0.document == document }
    let (left, right) = (352.0, Self.width - 16)
    var x = left
    let parts = Verdict.allCases.map { verdict -> HTML in
      let count = findings.count { $0.verdict == verdict }
      let width = Double(count) / Double(findings.count) * (right - left)
      defer { x += width }
      guard count > 0 else { return "" }
      let number = width < 16 ? "" : "\(count)"
      return """
        \(SVGPlot.box(x, y, max(1, width - 1.5), 22, verdict.rawValue))\
        \(SVGPlot.label(number, x + width / 2, y + 15, "middle onColour"))
        """
    }
    return "\(SVGPlot.label(Self.short(document), 16, y + 15, "ink"))\(parts)"
  }

  /// A title without what follows its colon or bracket, and not longer than its column.
  private static func short(_ title: String) -> String {
    let head = title.prefix { $0 != ":" && $0 != "(" }
    let text = head.last == " " ? head.dropLast() : head
    return text.count > 46 ? text.prefix(45) + "…" : String(text)
  }
}
