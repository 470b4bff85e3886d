import Foundation
import TestSupport
import Testing

@Suite struct DeriveTests {
  @Test func `JSON has the formula and the share of each tensor`() throws {
    let found = try object(
      assay("derive", "savedForBackward", "--convention", "textbook", "--format", "json"))
    #expect(found["schema"] as? String == "assay.formula.v1")
    #expect(found["quantity"] as? String == "savedForBackward")
    #expect(found["scope"] as? String == "block" && found["unit"] as? String == "byte")
    #expect(found["expression"] as? String == "64*b*s*h + 4*a*b*s^2 + 16*b*s")
    #expect(found["maxResidual"] as? Int == 0)
    let runs = try #require(found["runs"] as? Int)
    #expect(runs > 10 && found["heldOutRuns"] as? Int ?? 0 > 10)
    let recipe = try #require(found["recipe"] as? [String: Any])
    #expect(recipe["convention"] as? String == "textbook")
    let terms = try #require(found["terms"] as? [[String: Any]])
    #expect(terms.map { $0["monomial"] as? String } == ["b*s*h", "a*b*s^2", "b*s"])
    #expect(terms.map { $0["coefficient"] as? String } == ["64", "4", "16"])
    #expect(terms[1]["roles"] as? [String: String] == ["attention.probabilities": "4"])
  }

  @Test func `the text is typeset, and names what the runs had in common`() throws {
    let text = try assay("derive", "flops.forward", "--model", "llama-mini").text
    #expect(text.contains("\n  4·b·s·h² + 6·b·s·h·f + 4·b·s·h·g·d + 4·b·s²·h\n"))
    #expect(text.hasPrefix("flops.forward, FLOPs, block of models like llama-mini (fp32, "))
    #expect(text.contains("b·s²·h               4  2 attention.context, 2 attention.scores\n"))
    let csv = try assay("derive", "kvCache", "--format", "csv").text
    #expect(
      csv == "piece,monomial,coefficient,role,share\n1,l*b*s*h,8,cache.keys,4\n"
        + "1,l*b*s*h,8,cache.values,4\n")
  }

  @Test func `a config.json is a model as good as another, and its sizes may be set free`() throws {
    try withTemporaryFolder { folder in
      try folder.write(
        """
        { "model_type": "gpt2", "n_layer": 2, "n_embd": 8, "n_head": 2, "n_inner": 20,
          "vocab_size": 10, "n_positions": 200 }
        """, to: "config.json")
      func formula(_ options: String...) throws -> String? {
        let arguments = ["derive", "parameters", "--model", "config.json", "--format", "json"]
        return try object(assay(arguments + options, in: folder))["expression"] as? String
      }
      // Its feed-forward layer is not 4·h wide: it has a symbol of its own.
      #expect(try formula() == "4*h^2 + 2*h*f + 9*h + f")
      #expect(
        try formula("--free", "g", "--free", "d")
          == "2*h*f + 2*a*h*d + 2*h*g*d + 6*h + f + a*d + 2*g*d")
      #expect(try formula("--role", "*.bias") == "7*h + f")
      #expect(try formula("--scope", "head") == "0")
    }
  }

  @Test func `what is no polynomial exits with 1, and says which run shows it`() throws {
    let outcome = try assay("derive", "optimizerState", "--optimizer", "adam8bit")
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("assay: no polynomial in the sizes gives optimizer."))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(
      try assay("derive", "optimizerState", "--optimizer", "adam8bit").errors == outcome.errors)
  }
}
