/// The families made like LLaMA in which several experts take the place of the feed-forward network.
extension ModelShape {
  /// Mixtral (Jiang et al., arXiv 2401.04088).
  static func mixtral(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    guard try file.number("router_jitter_noise", default: 0) == 0 else {
      throw InputError(
        file.path, field: "router_jitter_noise", found: "noise at the router", expected: "0")
    }
    var architecture = Architecture.llama
    architecture.experts = try file.experts("num_local_experts", default: 8, perToken: 2)
    var shape = try likeLlama(
      file, .mixtral, architecture, kvHeads: 8, positions: 131_072, epsilon: 1e-5, theta: 1e6)
    if let window = try file.slidingWindow() {
      shape.positions = min(shape.positions, window)
    }
    return shape
  }

  /// Qwen 3 with experts in every block (Yang et al., arXiv 2505.09388).
  static func qwen3MoE(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.refuse("use_sliding_window", true)
    guard try file.integerOrNull("decoder_sparse_step") ?? 1 == 1,
      try file.isEmptyOrNull("mlp_only_layers")
    else {
      throw InputError(
        file.path, field: "decoder_sparse_step, mlp_only_layers", found: "blocks without experts",
        expected: "1 and [], experts in every block")
    }
    var architecture = Architecture.llama
    architecture.biases.qkv = try file.boolean("attention_bias", default: false)
    architecture.biases.projection = architecture.biases.qkv
    architecture.hasQueryKeyNorm = true
    architecture.experts = try file.experts("num_experts", default: 128, perToken: 8)
    architecture.experts?.areRenormalised = try file.boolean("norm_topk_prob", default: false)
    return try likeLlama(
      file, .qwen3MoE, architecture, kvHeads: 4, feedForward: "moe_intermediate_size",
      positions: 32_768)
  }
}

extension ConfigurationFile {
  /// The experts of a block.
  ///
  /// - Parameters:
  ///   - field: the number of experts; transformers reads both names that it has had.
  ///   - count: where the file does not say.
  ///   - perToken: of one token, where the file does not say.
  fileprivate func experts(
    _ field: String, default count: Int, perToken: Int
  ) throws(InputError) -> Architecture.Experts {
    try refuse("output_router_logits", true)
    let count = try integerOrNull(anyOf: ["num_local_experts", "num_experts"]) ?? count
    guard (1...ModelShape.mostExperts).contains(count) else {
      throw InputError(
        path, field: field, found: "\(count)", expected: "1 to \(ModelShape.mostExperts) experts")
    }
    let chosen = try integerOrNull("num_experts_per_tok") ?? perToken
    guard (1...count).contains(chosen) else {
      throw InputError(
        path, field: "num_experts_per_tok", found: "\(chosen)",
        expected: "1 to \(count), the number of experts")
    }
    return Architecture.Experts(count: count, perToken: chosen)
  }
}
