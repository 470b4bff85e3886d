import Formulas
import Testing
import Verification

/// A claim, judged: the fields of its YAML besides id and statement, one a line.
func judged(_ fields: String) throws -> Finding {
  let lines = fields.split(separator: "\n").map { "  \($0)\n" }
  let yaml = """
    document: test
    title: A test
    claims:
    - id: t.1
      section: Its section
      statement: It is so.
    """
  let catalogue = try ClaimCatalogue(
    files: [("test.yaml", Array((yaml + "\n" + lines.joined()).utf8))])
  return try #require(Verification(catalogue).claims.first)
}

extension Attribution {
  /// Term, tensors, and both amounts, in a line.
  var line: String { "\(term): \(role) \(claimed.value) \(measured.value)" }
}
