/// LLaMA and the families made like it: RMS norm, a gated feed-forward network, rotary positions, no
/// biases unless said otherwise.
extension ModelShape {
  /// LLaMA 1 to 3 (Touvron et al., arXiv 2302.13971 and 2307.09288; Grattafiori et al., arXiv
  /// 2407.21783).
  static func llama(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    var architecture = Architecture.llama
    architecture.biases.qkv = try file.boolean("attention_bias", default: false)
    architecture.biases.projection = architecture.biases.qkv
    architecture.biases.mlp = try file.boolean("mlp_bias", default: false)
    return try likeLlama(file, .llama, architecture, kvHeads: nil, positions: 2048)
  }

  /// Mistral (Jiang et al., arXiv 2310.06825): attention within a window, in every layer.
  static func mistral(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    var shape = try likeLlama(file, .mistral, .llama, kvHeads: 8, positions: 131_072)
    if let window = try file.slidingWindow() { shape.architecture.mask = .window(window) }
    return shape
  }

  /// Qwen 2 and 2.5 (Yang et al., arXiv 2407.10671): biases on queries, keys and values only.
  static func qwen2(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    var architecture = Architecture.llama
    architecture.biases.qkv = true
    try file.refuse("use_sliding_window", true)
    return try likeLlama(file, .qwen2, architecture, kvHeads: 32, positions: 32_768)
  }

  /// Qwen 3 (Yang et al., arXiv 2505.09388): queries and keys are normalised head by head.
  static func qwen3(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    var architecture = Architecture.llama
    architecture.biases.qkv = try file.boolean("attention_bias", default: false)
    architecture.biases.projection = architecture.biases.qkv
    architecture.hasQueryKeyNorm = true
    try file.refuse("use_sliding_window", true)
    return try likeLlama(
      file, .qwen3, architecture, kvHeads: 32, headDimension: 128, positions: 32_768)
  }

  /// Gemma (Mesnard et al., arXiv 2403.08295): GELU in the gate, embeddings times √h, norm weights
  /// kept as differences from 1. Its first files say `gelu` and mean the tanh form.
  static func gemma(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    var architecture = Architecture.llama
    architecture.biases.qkv = try file.boolean("attention_bias", default: false)
    architecture.biases.projection = architecture.biases.qkv
    architecture.activation = .geluTanh
    architecture.normShift = 1
    try file.require("hidden_act", in: ["gelu", "gelu_pytorch_tanh"])
    var shape = try likeLlama(
      file, .gemma, architecture, kvHeads: 16, headDimension: 256, positions: 8192, tiedHead: true)
    shape.architecture.embeddingScale = Float(shape.hidden).squareRoot()
    return shape
  }

  /// - Parameters:
  ///   - kvHeads: where the file does not say; as many as heads where nil.
  ///   - headDimension: where the file does not say; h/a where nil.
  ///   - feedForward: the field that has the width of the feed-forward network.
  ///   - positions: where the file does not say.
  ///   - tiedHead: where the file does not say.
  ///   - epsilon: of the norms, where the file does not say.
  ///   - theta: the base of the angles, where the file does not say.
  static func likeLlama(
    _ file: ConfigurationFile, _ family: Family, _ architecture: Architecture, kvHeads: Int?,
    headDimension: Int? = nil, feedForward: String = "intermediate_size", positions: Int,
    tiedHead: Bool = false, epsilon: Double = 1e-6, theta: Double = 10_000
  ) throws(InputError) -> ModelShape {
    if architecture.activation == .silu { try file.require("hidden_act", in: ["silu", "swish"]) }
    var fields = SizeFields.common
    fields.feedForward = feedForward
    var shape = try ModelShape(
      name: file.path, family: family,
      Sizes(
        layers: file.integer("num_hidden_layers"), hidden: file.integer("hidden_size"),
        heads: file.integer("num_attention_heads"),
        kvHeads: file.integerOrNull("num_key_value_heads") ?? kvHeads,
        headDimension: file.integerOrNull("head_dim") ?? headDimension,
        feedForward: file.integer(feedForward), vocabulary: file.integer("vocab_size"),
        positions: file.integerOrNull("max_position_embeddings") ?? positions),
      architecture, tiedHead: file.boolean("tie_word_embeddings", default: tiedHead),
      normEpsilon: Float(file.number("rms_norm_eps", default: epsilon)), fields, file.path)
    shape.architecture.position = try file.rotary(
      headDimension: shape.headDimension, theta: theta)
    return shape
  }
}

extension ConfigurationFile {
  /// The tokens that one sees, itself among them; nil where it sees all before it.
  func slidingWindow() throws(InputError) -> Int? {
    guard let window = try integerOrNull("sliding_window") else { return nil }
    guard window >= 1 else {
      throw InputError(
        path, field: "sliding_window", found: "\(window)",
        expected: "a positive integer, or null for none")
    }
    return window
  }
}

extension Architecture {
  /// What LLaMA brought together; the angles of its positions are those of a given shape.
  public static let llama = Architecture(
    norm: .rmsNorm, activation: .silu, isGated: true, biases: .none)
}
