import Catalogue
import TestSupport
import Testing

/// Fields that only some families have.
@Suite struct FamilyFieldTests {
  private static let llama = """
    "num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64, \
    "vocab_size": 61
    """
  private static let opt = """
    { "model_type": "opt", "num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4, \
    "ffn_dim": 64, "vocab_size": 61, "do_layer_norm_before": false, "word_embed_proj_dim":
    """

  private func said(_ family: String, _ field: String, _ json: String) throws -> String {
    try complaint(
      about: "{ \"model_type\": \"\(family)\", \(Self.llama), \"\(field)\": \(json) }")
  }

  @Test(arguments: ["0", "-1", "100000001", "9223372036854774784", "-9223372036854775808"])
  func `a size of one family is countable, too`(size: String) throws {
    let says = "found \(size); expected 1 to 100000000"
    #expect(try said("bert", "type_vocab_size", size) == "type_vocab_size: \(says)")
    #expect(
      try said("roberta", "max_position_embeddings", size) == "max_position_embeddings: \(says)")
    #expect(try complaint(about: "\(Self.opt) \(size) }") == "word_embed_proj_dim: \(says)")
  }

  @Test func `wide embeddings count as parameters of a model that is too large`() throws {
    // 2 · 61 · 10⁸ of embedding and head are few, 2 · 10⁸ · 10⁸ are not.
    let wide = Self.opt.replacing("61", with: "100000000") + " 100000000 }"
    #expect(try complaint(about: wide).hasSuffix("expected a model of at most 1e+15"))
  }

  @Test func `positions begin behind that of the padding token`() throws {
    let says = "expected more than 2, as positions follow that of the padding token"
    #expect(
      try said("roberta", "max_position_embeddings", "2")
        == "max_position_embeddings: found 2; \(says)")
    let text = "{ \"model_type\": \"roberta\", \(Self.llama), \"max_position_embeddings\": 3 }"
    #expect(try model(text).positions == 1)
  }

  @Test(arguments: ["mistral", "mixtral"], ["0", "-3"])
  func `a window has at least one token`(family: String, window: String) throws {
    let fields = "\"num_key_value_heads\": 2, \"sliding_window\": \(window)"
    #expect(
      try complaint(about: "{ \"model_type\": \"\(family)\", \(Self.llama), \(fields) }")
        == "sliding_window: found \(window); expected a positive integer, or null for none")
  }

  @Test(arguments: ["phi", "gpt_neox", "bert"])
  func `a fault of an epsilon has the name that the family gives it`(family: String) throws {
    #expect(try said(family, "layer_norm_eps", "0").hasPrefix("layer_norm_eps: found 0.0; "))
  }

  @Test func `a fault within a field names both`() throws {
    #expect(
      try said("llama", "rope_parameters", "{ \"rope_theta\": \"x\" }")
        == "rope_parameters.rope_theta: found the string \"x\"; expected a number")
    #expect(
      try said("llama", "rope_parameters", "{ \"rope_theta\": -1 }")
        == "rope_parameters.rope_theta: found -1.0; expected a positive number")
    #expect(
      try said("llama", "rope_theta", "-1") == "rope_theta: found -1.0; expected a positive number")
  }

  @Test func `a number that no format holds is called that`() throws {
    #expect(
      try complaint(about: configuration(["layer_norm_epsilon": "1e999"]))
        == "found the number 1e999, which is too large; expected a JSON object of settings")
  }
}
