/// The families that differ from GPT-2 in their positions and their activation.
extension ModelShape {
  /// OPT (Zhang et al., arXiv 2205.01068): ReLU, and two positions that are never used. The model of
  /// 350M alone is post-norm, with embeddings narrower than its stream.
  static func opt(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    let hidden = try file.integer("hidden_size")
    try file.require("activation_function", in: ["relu", "gelu", "gelu_new"])
    try file.refuse("layer_norm_elementwise_affine", false)
    let isPreNorm = try file.boolean("do_layer_norm_before", default: true)
    let isRemoved = try file.boolean("_remove_final_layer_norm", default: false)
    let hasFinalNorm = isPreNorm && !isRemoved
    let width = try file.sizeOrNull("word_embed_proj_dim") ?? hidden
    guard width == hidden || !hasFinalNorm else {
      throw InputError(
        file.path, field: "word_embed_proj_dim", found: "\(width)",
        expected: "hidden_size, \(hidden), where a norm follows the last block")
    }
    let hasBias = try file.boolean("enable_bias", default: true)
    return try ModelShape(
      name: file.path, family: .opt,
      Sizes(
        layers: file.integer("num_hidden_layers"), hidden: hidden,
        heads: file.integer("num_attention_heads"), feedForward: file.integer("ffn_dim"),
        vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("max_position_embeddings") ?? 2048),
      Architecture(
        activation: file.activation("activation_function", default: .relu),
        position: .learned(offset: 2),
        biases: Architecture.Biases(qkv: hasBias, projection: hasBias, mlp: hasBias),
        residual: isPreNorm ? .sequential : .postNorm,
        embeddingWidth: width == hidden ? nil : width, hasFinalNorm: hasFinalNorm),
      tiedHead: file.boolean("tie_word_embeddings", default: true), normEpsilon: 1e-5,
      SizeFields.opt, file.path)
  }

  /// BLOOM (Le Scao et al., arXiv 2211.05100): ALiBi, and a norm behind the embedding. No file says
  /// how long a sequence may be; the models were trained on 2,048 tokens.
  static func bloom(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.refuse("apply_residual_connection_post_layernorm", true)
    return try ModelShape(
      name: file.path, family: .bloom,
      Sizes(
        layers: file.integer(anyOf: ["num_hidden_layers", "n_layer"]),
        hidden: file.integer(anyOf: ["n_embed", "hidden_size"]),
        heads: file.integer(anyOf: ["num_attention_heads", "n_head"]),
        vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("seq_length") ?? 2048),
      Architecture(position: .alibi(isDivided: false), hasEmbeddingNorm: true),
      tiedHead: file.boolean("tie_word_embeddings", default: true),
      normEpsilon: Float(file.number("layer_norm_epsilon", default: 1e-5)), SizeFields.bloom,
      file.path)
  }
}
