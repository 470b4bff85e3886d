import Catalogue
import TestSupport
import Testing

/// The families that a message lists.
private let families =
  "gpt2, llama, mistral, qwen2, qwen3, gemma, phi, opt, bloom, gpt_neox, falcon, mixtral, "
  + "qwen3_moe, bert, roberta, xlm-roberta, marian, t5"

@Suite struct ConfigurationFieldTests {
  @Test(arguments: [
    // A string
    ("model_type", "3", "found 3; expected a string"),
    ("model_type", "true", "found true; expected a string"),
    ("model_type", "null", "found null; expected a string"),
    ("model_type", "[\"gpt2\"]", "found a list; expected a string"),
    ("model_type", "{}", "found an object; expected a string"),
    // An integer
    ("n_layer", "\"12\"", "found the string \"12\"; expected an integer"),
    ("n_layer", "true", "found true; expected an integer"),
    ("n_layer", "false", "found false; expected an integer"),
    ("n_layer", "null", "found null; expected an integer"),
    ("n_layer", "[12]", "found a list; expected an integer"),
    ("n_layer", "{ \"n\": 12 }", "found an object; expected an integer"),
    ("n_layer", "1.5", "found 1.5; expected an integer"),
    ("n_layer", "1e300", "found 1e+300; expected an integer"),
    ("n_layer", "99999999999999999999", "found 99999999999999999999; expected an integer"),
    ("n_layer", "\"a\\nb\"", "found the string \"a\\nb\"; expected an integer"),
    // An integer or null
    ("n_inner", "\"x\"", "found the string \"x\"; expected an integer"),
    ("n_inner", "true", "found true; expected an integer"),
    ("n_inner", "2.5", "found 2.5; expected an integer"),
    // A number
    ("layer_norm_epsilon", "\"1e-5\"", "found the string \"1e-5\"; expected a number"),
    ("layer_norm_epsilon", "true", "found true; expected a number"),
    ("layer_norm_epsilon", "null", "found null; expected a number"),
    ("layer_norm_epsilon", "[]", "found a list; expected a number"),
    // True or false
    ("tie_word_embeddings", "1", "found 1; expected true or false"),
    ("tie_word_embeddings", "0", "found 0; expected true or false"),
    ("tie_word_embeddings", "null", "found null; expected true or false"),
    (
      "tie_word_embeddings", "\"false\"", "found the string \"false\"; expected true or false"
    ),
    ("add_cross_attention", "0", "found 0; expected true or false"),
  ])
  func `a value of the wrong type is shown, and the right type is named`(
    field: String, json: String, says: String
  ) throws {
    #expect(try complaint(about: configuration([field: json])) == "\(field): \(says)")
  }

  @Test(arguments: [
    ("model_type", "\"mamba\"", "found \"mamba\"; expected one of " + families),
    ("model_type", "\"GPT2\"", "found \"GPT2\"; expected one of " + families),
    ("model_type", "\"\"", "found \"nothing\"; expected one of " + families),
    ("add_cross_attention", "true", "found true; expected false"),
    ("scale_attn_by_inverse_layer_idx", "true", "found true; expected false"),
    ("scale_attn_weights", "false", "found false; expected true"),
    (
      "activation_function", "\"relu\"",
      "found the string \"relu\"; expected \"gelu_new\" or \"gelu_pytorch_tanh\""
    ),
    (
      "activation_function", "null",
      "found null; expected \"gelu_new\" or \"gelu_pytorch_tanh\""
    ),
    (
      "activation_function", "7", "found 7; expected \"gelu_new\" or \"gelu_pytorch_tanh\""
    ),
  ])
  func `a choice that Assay cannot run is refused, and those that it can are named`(
    field: String, json: String, says: String
  ) throws {
    #expect(try complaint(about: configuration([field: json])) == "\(field): \(says)")
  }

  @Test(
    arguments: ["0", "-1", "-9223372036854775808"],
    [
      "n_layer", "n_embd", "n_head", "vocab_size", "n_positions", "n_inner",
    ])
  func `a size is at least 1`(size: String, field: String) throws {
    #expect(
      try complaint(about: configuration([field: size]))
        == "\(field): found \(size); expected a positive integer")
  }

  @Test(arguments: ["n_embd", "n_head", "vocab_size", "n_positions", "n_inner"])
  func `a size is at most a hundred million`(field: String) throws {
    #expect(
      try complaint(about: configuration([field: "100000001"]))
        == "\(field): found 100000001; expected at most 100000000")
  }

  @Test func `the largest sizes are accepted, one at a time`() throws {
    #expect(try model(configuration(["vocab_size": "100000000"])).vocabulary == 100_000_000)
    #expect(try model(configuration(["n_positions": "100000000"])).positions == 100_000_000)
    #expect(try model(configuration(["n_inner": "100000000"])).feedForward == 100_000_000)
    #expect(try model(configuration(["n_layer": "2000"])).layers == 2000)
    #expect(
      try complaint(about: configuration(["n_layer": "2001"]))
        == "n_layer: found 2001; expected at most 2000")
  }

  @Test func `a model of more than 10¹⁵ parameters is refused`() throws {
    // 2000 layers of 12 · 10^14 + 16 · 10^7, and (256 + 64) · 10^7: 2.40000032 · 10^18
    let huge = configuration(["n_layer": "2000", "n_embd": "10000000"])
    #expect(
      try complaint(about: huge)
        == "n_embd: found 10000000, which with 2000 layers makes about 2.4e+18 parameters; "
        + "expected a model of at most 1e+15")
    // 2000 · 12 · 204,000² = 9.988 · 10^14, and the biases and the embedding, under 10^11
    let large = configuration(["n_layer": "2000", "n_embd": "204000"])
    #expect(try model(large).hidden == 204_000)
    // 2000 · 12 · 205,000² = 1.0086 · 10^15
    let larger = configuration(["n_layer": "2000", "n_embd": "205000"])
    #expect(try complaint(about: larger).hasPrefix("n_embd: found 205000, which with 2000 layers"))
  }

  @Test(arguments: [
    (
      "3",
      "found 3, which does not divide n_embd = 32; expected a divisor of n_embd, such as 2 or 4"
    ),
    (
      "7",
      "found 7, which does not divide n_embd = 32; expected a divisor of n_embd, such as 4 or 8"
    ),
    ("64", "found 64, which does not divide n_embd = 32; expected a divisor of n_embd, such as 32"),
  ])
  func `heads that do not divide the width are refused, and the nearest that do are named`(
    heads: String, says: String
  ) throws {
    #expect(try complaint(about: configuration(["n_head": heads])) == "n_head: \(says)")
  }

  @Test(arguments: [
    ("0", "0.0"), ("-1e-5", "-1e-05"), ("-0.0", "-0.0"), ("1e39", "inf"), ("-1e39", "-inf"),
  ])
  func `an epsilon is a positive number`(json: String, shown: String) throws {
    #expect(
      try complaint(about: configuration(["layer_norm_epsilon": json]))
        == "layer_norm_epsilon: found \(shown); expected a small positive number, such as 1e-05")
  }

  @Test(arguments: ["gpt_neox", "phi"])
  func `an epsilon is named as the family spells it`(family: String) throws {
    let text = """
      {"model_type": "\(family)", "num_hidden_layers": 2, "hidden_size": 32,
       "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 256,
       "layer_norm_eps": 0}
      """
    #expect(
      try complaint(about: text)
        == "layer_norm_eps: found 0.0; expected a small positive number, such as 1e-05")
  }

  @Test func `an epsilon that is not a number is refused`() {
    let says = complaint { () throws(InputError) in
      try ModelShape(
        name: "m", layers: 1, hidden: 2, heads: 1, vocabulary: 2, positions: 2,
        normEpsilon: .nan, origin: "here")
    }
    #expect(
      says == "here: layer_norm_epsilon: found nan; expected a small positive number, such as 1e-05"
    )
  }
}
