import Catalogue
import Formulas
import Verification

/// The formulas of one model and recipe, each with the share of every tensor.
struct ModelFormulas: Sendable {
  /// What was found, under its name.
  private let formulas: [(title: String, formula: Formula)]
  /// Why there is none of some quantities.
  private let reasons: [String]

  private static let quantities: [(String, DerivableQuantity, Claim.Scope)] = [
    ("Saved for backward, bytes", .savedForBackward, .model),
    ("of which a block", .savedForBackward, .block),
    ("Parameters", .parameters, .model),
    ("of which a block", .parameters, .block),
    ("Forward pass, FLOPs", .forwardFLOPs, .model),
    ("Backward pass, FLOPs", .backwardFLOPs, .model),
    ("Peak, bytes", .peak, .model),
  ]

  /// Derives them.
  ///
  /// - Throws: `InputError` for a recipe that small models cannot run, and `MissingComponent` where
  ///   OpenBLAS is not installed.
  init(_ derivation: Derivation) throws {
    var formulas: [(title: String, formula: Formula)] = []
    var reasons: [String] = []
    for (title, quantity, scope) in Self.quantities {
      do {
        formulas.append((title, try derivation.formula(of: quantity, scope: scope)))
      } catch let error as NoPolynomial {
        reasons.append("\(title): \(error)")
      }
    }
    (self.formulas, self.reasons) = (formulas, reasons)
  }

  var html: HTML {
    """
    <div class="formulas">\(formulas.map { Self.entry($0.title, $0.formula) })</div>
    \(reasons.map { HTML("<p>\($0)</p>") })
    """
  }

  private static func entry(_ title: String, _ formula: Formula) -> HTML {
    let pieces = formula.pieces ?? []
    return """
      <div class="formula\(pieces.count > 1 ? " whole" : "")"><h3>\(title)</h3>
      \(pieces.count > 1 ? maximum(pieces) : sum(formula.expression, formula.terms))
      <p class="quiet">from \(formula.runs.counted("run")), of which \(formula.realRuns) computed; \
      no residual in \(formula.heldOutRuns) others</p></div>

      """
  }

  private static func sum(_ expression: String, _ terms: [Formula.Term]) -> HTML {
    let rows = terms.map { term -> HTML in
      let roles = term.roles.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      return """
        <tr><td>\(term.monomial.mathML)</td><td class="number">\(term.coefficient.description)</td>\
        <td class="path">\(roles)</td></tr>
        """
    }
    return """
      <div class="display scroll">\(expression.mathML)</div>
      <details><summary>tensor by tensor</summary><div class="scroll"><table>
      <thead><tr><th>product</th><th class="number">coefficient</th><th>of which</th></tr></thead>
      <tbody>\(rows)</tbody></table></div></details>
      """
  }

  /// A peak is the largest of several sums.
  private static func maximum(_ pieces: [Formula.Piece]) -> HTML {
    let items = pieces.map { piece in
      HTML(
        """
        <li><span class="quiet">at <span class="path">\(piece.moment)</span></span>
        \(sum(piece.expression, piece.terms))</li>
        """)
    }
    return "<p>The largest of:</p><ul class=\"pieces\">\(items)</ul>"
  }
}
