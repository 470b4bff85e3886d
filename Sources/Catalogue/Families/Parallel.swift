/// The families whose attention and feed-forward network work side by side.
extension ModelShape {
  /// GPT-NeoX and Pythia (Black et al., arXiv 2204.06745; Biderman et al., arXiv 2304.01373).
  static func gptNeoX(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    let hasBias = try file.boolean("attention_bias", default: true)
    let isParallel = try file.boolean("use_parallel_residual", default: true)
    try file.require("hidden_act", in: ["gelu", "gelu_new", "gelu_fast", "relu"])
    var shape = try ModelShape(
      name: file.path, family: .gptNeoX,
      Sizes(
        layers: file.integer("num_hidden_layers"), hidden: file.integer("hidden_size"),
        heads: file.integer("num_attention_heads"),
        feedForward: file.integer("intermediate_size"), vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("max_position_embeddings") ?? 2048),
      Architecture(
        activation: file.activation("hidden_act", default: .gelu),
        biases: Architecture.Biases(qkv: hasBias, projection: hasBias),
        residual: isParallel ? .parallel : .sequential),
      tiedHead: file.boolean("tie_word_embeddings", default: false),
      normEpsilon: Float(file.number("layer_norm_eps", default: 1e-5)), SizeFields.layerNorm,
      file.path)
    shape.architecture.position = try file.rotary(
      headDimension: shape.headDimension, fraction: 0.25, thetaField: "rotary_emb_base",
      fractionField: "rotary_pct")
    return shape
  }

  /// Phi-1, 1.5 and 2 (Gunasekar et al., arXiv 2306.11644; Li et al., arXiv 2309.05463).
  static func phi(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.require("hidden_act", in: ["gelu", "gelu_new", "relu"])
    try file.refuse("qk_layernorm", true)
    var shape = try ModelShape(
      name: file.path, family: .phi,
      Sizes(
        layers: file.integer("num_hidden_layers"), hidden: file.integer("hidden_size"),
        heads: file.integer("num_attention_heads"),
        kvHeads: file.integerOrNull("num_key_value_heads"),
        headDimension: file.integerOrNull("head_dim"),
        feedForward: file.integer("intermediate_size"), vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("max_position_embeddings") ?? 2048),
      Architecture(
        activation: file.activation("hidden_act", default: .geluTanh),
        biases: Architecture.Biases(head: true), residual: .parallelSharedNorm),
      tiedHead: file.boolean("tie_word_embeddings", default: false),
      normEpsilon: Float(file.number("layer_norm_eps", default: 1e-5)), SizeFields.layerNorm,
      file.path)
    shape.architecture.position = try file.rotary(
      headDimension: shape.headDimension, fraction: 0.5, fractionField: "partial_rotary_factor")
    return shape
  }

  /// Falcon (Almazrouei et al., arXiv 2311.16867), in its three forms: with one head of keys and
  /// values (7B), with several and two norms (40B, 180B), and sequential with ALiBi (RW).
  static func falcon(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    let isNew = try file.boolean("new_decoder_architecture", default: false)
    let isParallel = try file.boolean("parallel_attn", default: true)
    let norms = try file.integerOrNull("num_ln_in_parallel_attn") ?? (isNew ? 2 : 1)
    let hasBias = try file.boolean("bias", default: false)
    let heads = try file.integer("num_attention_heads")
    let hasOneKVHead = try file.boolean("multi_query", default: true)
    let kvHeads = isNew ? try file.integerOrNull("num_kv_heads") : hasOneKVHead ? 1 : nil
    let hidden = try file.integer(anyOf: ["n_embed", "hidden_size"])
    try file.require("activation", in: ["gelu", "gelu_new", "relu"])
    var shape = try ModelShape(
      name: file.path, family: .falcon,
      Sizes(
        layers: file.integer("num_hidden_layers"), hidden: hidden,
        heads: heads, kvHeads: kvHeads, feedForward: file.integerOrNull("ffn_hidden_size"),
        vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("max_position_embeddings") ?? 2048),
      Architecture(
        activation: file.activation("activation", default: .gelu),
        biases: Architecture.Biases(qkv: hasBias, projection: hasBias, mlp: hasBias),
        residual: !isParallel && !isNew ? .sequential : norms == 2 ? .parallel : .parallelSharedNorm
      ),
      tiedHead: file.boolean("tie_word_embeddings", default: true),
      normEpsilon: Float(file.number("layer_norm_epsilon", default: 1e-5)), SizeFields.falcon,
      file.path)
    shape.architecture.position =
      try file.boolean("alibi", default: false)
      ? .alibi(isDivided: true) : file.rotary(headDimension: shape.headDimension)
    return shape
  }
}
