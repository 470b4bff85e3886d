import Catalogue
import Formulas
import Verification

extension FormulaPage {
  /// The formulas of all families, typeset.
  var html: HTML {
    """
    <p>Each was solved from runs of models that differ in their sizes only, and gives what other \
    runs have, to the last byte or FLOP: fp32 without dropout, eager attention.</p>
    \(sections.map(Self.table))
    """
  }

  private static func table(_ section: Section) -> HTML {
    """
    <details class="family"><summary>\(section.title)</summary><div class="scroll"><table>
    <thead><tr><th>models like</th><th>formula</th><th>where</th></tr></thead>
    <tbody>\(section.formulas.map(row))</tbody></table></div></details>

    """
  }

  private static func row(_ formula: Formula) -> HTML {
    let remarks = formula.remarks.map { remark in HTML("<li>\(remark.mathML)</li>") }
    return """
      <tr><td>\(formula.model)</td><td>\(formula.expression.mathML)</td>\
      <td><ul class="remarks">\(remarks)</ul></td></tr>

      """
  }
}
