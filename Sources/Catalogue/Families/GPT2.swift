extension ModelShape {
  /// GPT-2 (Radford et al., 2019).
  static func gpt2(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    let shape = try ModelShape(
      name: file.path,
      layers: file.integer("n_layer"), hidden: file.integer("n_embd"),
      heads: file.integer("n_head"), feedForward: file.integerOrNull("n_inner"),
      vocabulary: file.integer("vocab_size"), positions: file.integer("n_positions"),
      tiedHead: file.boolean("tie_word_embeddings", default: true),
      normEpsilon: Float(file.number("layer_norm_epsilon", default: 1e-5)), origin: file.path)
    try file.require("activation_function", in: ["gelu_new", "gelu_pytorch_tanh"])
    try file.refuse("add_cross_attention", true)
    try file.refuse("scale_attn_by_inverse_layer_idx", true)
    try file.refuse("scale_attn_weights", false)
    return shape
  }
}
