import Catalogue
import TestSupport
import Testing

/// What is read of the `config.json` of a mixture of experts.
@Suite struct ExpertConfigurationTests {
  private func mixtral(_ changes: [String: String?] = [:]) -> String {
    let own: [String: String?] = [
      "model_type": "\"mixtral\"", "n_layer": nil, "n_embd": nil, "n_head": nil,
      "n_positions": nil, "num_hidden_layers": "2", "hidden_size": "32",
      "num_attention_heads": "8", "intermediate_size": "48",
    ]
    return configuration(own.merging(changes) { $1 })
  }

  private func qwen(_ changes: [String: String?] = [:]) -> String {
    let own: [String: String?] = ["model_type": "\"qwen3_moe\"", "moe_intermediate_size": "24"]
    return mixtral(own.merging(changes) { $1 })
  }

  @Test("What a Mixtral's file leaves out has transformers' defaults")
  func defaults() throws {
    let shape = try model(mixtral())
    let experts = try #require(shape.architecture.experts)
    #expect((experts.count, experts.perToken, experts.areRenormalised) == (8, 2, true))
    #expect((shape.kvHeads, shape.feedForward, shape.positions) == (8, 48, 131_072))
    #expect(shape.normEpsilon == 1e-5)
    // 32 / 8 = 4
    #expect(shape.architecture.position == .rotary(dimensions: 4, theta: 1e6))
  }

  @Test(
    "A Qwen's experts have a width of their own, and weights as they come unless said otherwise")
  func qwen() throws {
    let shape = try model(qwen(["num_experts": "6", "num_experts_per_tok": "3"]))
    #expect(
      shape.architecture.experts
        == Architecture.Experts(count: 6, perToken: 3, areRenormalised: false))
    #expect((shape.feedForward, shape.kvHeads) == (24, 4))
    #expect(shape.architecture.hasQueryKeyNorm)
    let renormalised = try model(qwen(["norm_topk_prob": "true"]))
    #expect(renormalised.architecture.experts == Architecture.Experts(count: 128, perToken: 8))
  }

  @Test(
    "Both names of the number of experts are read", arguments: ["num_local_experts", "num_experts"])
  func names(_ field: String) throws {
    #expect(try model(mixtral([field: "5"])).architecture.experts?.count == 5)
    #expect(try model(qwen([field: "50"])).architecture.experts?.count == 50)
  }

  @Test("A window is not longer than a sequence may be")
  func window() throws {
    #expect(try model(mixtral(["sliding_window": "12"])).positions == 12)
  }

  @Test(
    "What cannot be run is refused",
    arguments: [
      (["num_local_experts": "0"], "num_local_experts: found 0; expected 1 to 10000 experts"),
      (
        ["num_local_experts": "10001"],
        "num_local_experts: found 10001; expected 1 to 10000 experts"
      ),
      (
        ["num_experts_per_tok": "9"],
        "num_experts_per_tok: found 9; expected 1 to 8, the number of experts"
      ),
      (
        ["num_experts_per_tok": "0"],
        "num_experts_per_tok: found 0; expected 1 to 8, the number of experts"
      ),
      (
        ["router_jitter_noise": "0.1"],
        "router_jitter_noise: found noise at the router; expected 0"
      ),
      (
        ["hidden_act": "\"relu\""],
        "hidden_act: found the string \"relu\"; expected \"silu\" or \"swish\""
      ),
      (
        ["num_local_experts": "\"8\""],
        "num_local_experts: found the string \"8\"; expected an integer"
      ),
    ])
  func refused(_ changes: [String: String], _ says: String) throws {
    #expect(try complaint(about: mixtral(changes)) == says)
  }

  @Test(
    "Qwens with blocks that have no experts are refused",
    arguments: [("decoder_sparse_step", "2"), ("mlp_only_layers", "[0]")])
  func sparse(_ field: String, _ json: String) throws {
    #expect(
      try complaint(about: qwen([field: json]))
        == "decoder_sparse_step, mlp_only_layers: found blocks without experts; "
        + "expected 1 and [], experts in every block")
    #expect(try model(qwen(["decoder_sparse_step": "1", "mlp_only_layers": "[]"])).layers == 2)
  }
}
