import Catalogue
import Formulas
import Foundation
import Testing
import Verification

/// Formulas that are published, recovered from runs.
@Suite struct DerivationTests {
  private func formula(
    _ quantity: String, of model: String = "gpt2", scope: Claim.Scope? = nil,
    roles: [String]? = nil, free: Set<StandardSymbol> = [],
    _ change: (inout Recipe) -> Void = { _ in }
  ) throws -> Formula {
    let shape = try ModelShape(named: model)
    var recipe = Recipe()
    change(&recipe)
    return try Derivation(of: shape, recipe, free: free).formula(
      of: try #require(DerivableQuantity.named(quantity)), scope: scope,
      roles: roles.map { $0.map(RolePattern.init) })
  }

  @Test func `the parameters of a GPT-2 block, and of all of it`() throws {
    let block = try formula("parameters")
    #expect(block.expression == "12*h^2 + 13*h")
    #expect(block.unit == "parameter" && block.scope == "block")
    let model = try formula("parameters", scope: .model)
    #expect(model.expression == "12*l*h^2 + 13*l*h + V*h + T*h + 2*h")
    #expect(try formula("optimizerState").expression == "96*h^2 + 104*h")
    #expect(try formula("gradient").expression == "48*h^2 + 52*h")
  }

  @Test func `the share of each tensor in a coefficient`() throws {
    let terms = try formula("parameters").terms
    #expect(terms.map(\.monomial) == ["h^2", "h"])
    #expect(
      terms[0].roles == [
        "attention.qkv.weight": 3, "attention.projection.weight": 1, "mlp.up.weight": 4,
        "mlp.down.weight": 4,
      ])
    #expect(terms.allSatisfy { $0.roles.values.reduce(0, +) == $0.coefficient })
  }

  /// Korthikanti et al., arXiv 2205.05198, appendix A: a layer takes 24bsh²(1 + s/(6h)) FLOPs forward
  /// and the head 2bshV; backward takes twice as much.
  @Test func `the FLOPs of a block and of the head`() throws {
    #expect(try formula("flops.forward").expression == "24*b*s*h^2 + 4*b*s^2*h")
    #expect(try formula("flops.backward").expression == "48*b*s*h^2 + 8*b*s^2*h")
    #expect(try formula("flops.forward", scope: .head).expression == "2*b*s*V*h")
    #expect(try formula("flops.backward", scope: .head).expression == "4*b*s*V*h")
    #expect(try formula("flops.recompute").expression == "0")
    let full = try formula("flops.recompute") { $0.recompute = .full }
    #expect(full.expression == "24*b*s*h^2 + 4*b*s^2*h")
    let selective = try formula("flops.recompute") { $0.recompute = .selective }
    #expect(selective.expression == "4*b*s^2*h")
  }

  /// Bytes kept by a GPT-2 block in fp32. PyTorch's, which keeps what `textbook` and `pytorch` do, were
  /// measured with `saved_tensors_hooks` (Tests/Fixtures/saved-for-backward.json); llm.c's follow from
  /// `fill_in_activation_sizes` of train_gpt2.c.
  @Test(arguments: [
    ("textbook", "eager", 0, "none", "64*b*s*h + 4*a*b*s^2 + 16*b*s"),
    ("textbook", "eager", 0.1, "none", "66*b*s*h + 9*a*b*s^2 + 16*b*s"),
    ("pytorch", "eager", 0, "none", "64*b*s*h + 4*a*b*s^2 + 16*b*s"),
    ("pytorch", "eager", 0.1, "none", "66*b*s*h + 9*a*b*s^2 + 16*b*s"),
    ("pytorch", "flash", 0, "none", "64*b*s*h + 4*a*b*s + 16*b*s"),
    ("pytorch", "eager", 0, "full", "4*b*s*h"),
    ("llm.c", "eager", 0, "none", "72*b*s*h + 8*a*b*s^2 + 16*b*s"),
    ("lean", "eager", 0, "none", "40*b*s*h + 4*a*b*s^2"),
  ])
  func `what a block keeps for backward`(
    convention: String, attention: String, dropout: Float, recompute: String, expression: String
  ) throws {
    let found = try formula("savedForBackward") { recipe in
      recipe.convention = Convention.named(convention) ?? .pytorch
      recipe.attention = Recipe.Attention(rawValue: attention) ?? .eager
      recipe.dropout = dropout
      recipe.recompute = Recompute(rawValue: recompute) ?? .none
    }
    #expect(found.expression == expression)
    #expect(found.maxResidual == 0 && found.exceptions.isEmpty)
  }

  @Test func `a Llama block, with its own sizes of heads and feed-forward layers`() throws {
    let kept = try formula("savedForBackward", of: "llama-3-8b") {
      ($0.convention, $0.attention) = (.textbook, .flash)
    }
    #expect(kept.expression == "24*b*s*h + 16*b*s*f + 8*b*s*g*d + 4*a*b*s + 8*b*s")
    #expect(kept.relations == ["d = h/a"])
    #expect(
      try formula("flops.forward", of: "llama-3-8b").expression
        == "4*b*s*h^2 + 6*b*s*h*f + 4*b*s*h*g*d + 4*b*s^2*h")
    #expect(
      try formula("parameters", of: "llama-3-8b").expression
        == "2*h^2 + 3*h*f + 2*h*g*d + 2*h")
    #expect(try formula("kvCache", of: "llama-3-8b").expression == "8*l*b*s*g*d")
    let free = try formula("parameters", of: "llama-3-8b", free: [.headDimension])
    #expect(free.expression == "3*h*f + 2*a*h*d + 2*h*g*d + 2*h" && free.relations == [])
  }

  /// Each family has its formula of parameters; at the sizes of a model it gives the published number,
  /// which the presets are held to.
  @Test(arguments: [
    ("opt-1.3b", "12*l*h^2 + 13*l*h + V*h + T*h + 4*h"),
    ("bloom-7b1", "12*l*h^2 + 13*l*h + V*h + 4*h"),
    ("pythia-1.4b", "12*l*h^2 + 13*l*h + 2*V*h + 2*h"),
    ("phi-2", "12*l*h^2 + 11*l*h + 2*V*h + 2*h + V"),
    ("falcon-7b", "10*l*h^2 + 2*l*h*d + 2*l*h + V*h + 2*h"),
    ("falcon-40b", "10*l*h^2 + 2*l*h*g*d + 4*l*h + V*h + 2*h"),
    ("qwen3-0.6b", "3*l*h*f + 2*l*a*h*d + 2*l*h*g*d + 2*l*h + 2*l*d + V*h + h"),
    ("gemma-7b", "3*l*h*f + 4*l*a*h*d + 2*l*h + V*h + h"),
  ])
  func `the parameters of every family`(model: String, expression: String) throws {
    #expect(try formula("parameters", of: model, scope: .model).expression == expression)
  }

  @Test func `only some tensors count, if they are named`() throws {
    let found = try formula("savedForBackward", roles: ["attention.probabilities", "norm.mean"])
    #expect(found.expression == "4*a*b*s^2 + 8*b*s")
    #expect(found.roles == ["attention.probabilities", "norm.mean"])
  }

  @Test func `a size at which the program does something else is an exception`() throws {
    // PyTorch copies the one head of keys for all heads of queries, but not where b = 1.
    let found = try formula("savedForBackward", of: "falcon-7b", roles: ["attention.key"])
    #expect(found.expression == "4*b*s*h")
    #expect(found.exceptions.map { $0.at["b"] } == [1])
    #expect(found.exceptions.first?.part == "attention.key of block.attention")
    // One head of 4·s·d bytes at s = 5, d = 6 where the formula has a = 4... of them: 4·1·5·24
    #expect(found.exceptions.first?.computed == 480)
    #expect(found.exceptions.first?.measured == 120)
  }

  @Test func `groups of about √l blocks are no polynomial in l`() throws {
    let error = #expect(throws: NoPolynomial.self) {
      _ = try formula("savedForBackward", scope: .model) { $0.recompute = .squareRoot }
    }
    #expect(error?.description.contains("a run with l = 8, ") == true)
  }

  @Test func `runs are counted, and some of them compute`() throws {
    let found = try formula("parameters")
    #expect(found.realRuns == 3 && found.runs > 10 && found.heldOutRuns > 10)
    #expect(found.relations == ["d = h/a", "f = 4*h", "g = a"])
    #expect(found.model == "gpt2" && found.schema == "assay.formula.v1")
  }

  @Test func `several quantities of a family are derived from the same runs`() throws {
    let derivation = Derivation(of: try ModelShape(named: "gpt2"), Recipe())
    let formulas = try ["parameters", "flops.forward", "savedForBackward"].map {
      try derivation.formula(of: try #require(DerivableQuantity.named($0))).expression
    }
    #expect(
      formulas == [
        "12*h^2 + 13*h", "24*b*s*h^2 + 4*b*s^2*h", "64*b*s*h + 4*a*b*s^2 + 16*b*s",
      ])
  }
}
