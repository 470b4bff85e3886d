import Formulas
import Verification

/// A claim in the table of a page.
struct ClaimRow {
  private let finding: Finding
  private let expression: Expression?

  /// - Parameters:
  ///   - finding: the claim, judged.
  ///   - expression: its formula.
  init(_ finding: Finding, _ expression: Expression?) {
    (self.finding, self.expression) = (finding, expression)
  }

  var html: HTML {
    """
    <tr id="claim-\(finding.id)" data-verdict="\(finding.verdict.rawValue)" \
    data-document="\(finding.document)">\
    <td class="id">\(finding.id)</td>\
    <td><span class="chip verdict-\(finding.verdict.rawValue)">\(finding.verdict.sign) \
    \(finding.verdict.words)</span></td>\
    <td class="says">\(finding.statement)\(formula)\(details)</td>\
    <td class="number" data-label="computed">\(computed)</td>\
    <td class="number" data-label="measured">\(finding.measured.text)</td>\
    <td data-label="unit">\(finding.unit ?? "")</td>\
    <td class="number" data-label="off by">\(difference)</td></tr>

    """
  }

  private var formula: HTML {
    guard let expression else { return "" }
    return "<div class=\"scroll\">\(expression.mathML)</div>"
  }

  /// What the formula gives; the printed number, where there is no formula.
  private var computed: String {
    (finding.computed ?? finding.claimed).text
  }

  private var difference: HTML {
    guard let error = finding.relativeError?.value.doubleValue else { return "" }
    guard error != 0 else { return "0" }
    let share = min(1, abs(error))
    return """
      \((100 * error).decimal(abs(error) < 0.1 ? 2 : 0)) %<span class="gauge"><span \
      style="width:\((100 * share).decimal(0))%"></span></span>
      """
  }

  private var details: HTML {
    var lines: [HTML] = ["<p>\(finding.because)</p>"]
    if let corrected = finding.corrected {
      lines.append("<p class=\"scroll\">Measured is \(corrected.mathML)</p>")
    }
    if finding.computed != nil, let claimed = finding.claimed {
      lines.append("<p>The source prints \(Number?.some(claimed).text).</p>")
    }
    if !finding.attribution.isEmpty { lines.append(attribution) }
    let place = [finding.place, finding.convention.map { "convention \($0)" }].compactMap { $0 }
    if !place.isEmpty { lines.append("<p>Measured at \(place.joined(separator: "; ")).</p>") }
    lines.append("<p class=\"quiet\">\(finding.source)</p>")
    return "<details><summary>why</summary>\(lines)</details>"
  }

  private var attribution: HTML {
    let rows = finding.attribution.map { part in
      HTML(
        """
        <tr><td>\(part.term.mathML)</td><td class="path">\(part.role)</td>\
        <td class="number">\(Number?.some(part.claimed).text)</td>\
        <td class="number">\(Number?.some(part.measured).text)</td></tr>
        """)
    }
    return """
      <div class="scroll"><table><thead><tr><th>term</th><th>tensors</th>\
      <th class="number">claimed</th><th class="number">measured</th></tr></thead>\
      <tbody>\(rows)</tbody></table></div>
      """
  }
}
