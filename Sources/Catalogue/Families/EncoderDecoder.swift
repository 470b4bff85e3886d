/// The encoder–decoders: every block of a decoder attends to what an encoder made of a source.
extension ModelShape {
  /// The Transformer of Vaswani et al. (arXiv 1706.03762), as Marian has it (Junczys-Dowmunt et al.,
  /// arXiv 1804.00344): post-norm, with sines and cosines for positions. Source, target and head
  /// share one embedding, or target and head do, or each has its own.
  static func marian(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.requireArchitecture(in: ["MarianMTModel", "MarianModel"])
    try file.require("activation_function", in: ["relu", "gelu", "gelu_new", "silu", "swish"])
    try file.requireAlike("encoder_attention_heads", "decoder_attention_heads", default: 16)
    try file.requireAlike("encoder_ffn_dim", "decoder_ffn_dim", default: 4096)
    let vocabulary = try file.integerOrNull("vocab_size") ?? 58_101
    if let target = try file.integerOrNull("decoder_vocab_size"), target != vocabulary {
      throw InputError(
        file.path, field: "decoder_vocab_size", found: "\(target)",
        expected: "vocab_size, \(vocabulary)")
    }
    let hidden = try file.integerOrNull("d_model") ?? 1024
    guard hidden % 2 == 0 else {
      throw InputError(
        file.path, field: "d_model", found: "\(hidden)",
        expected: "an even number, as there are as many sines as cosines")
    }
    let isScaled = try file.boolean("scale_embedding", default: false)
    return try ModelShape(
      name: file.path, family: .marian,
      Sizes(
        layers: file.integerOrNull("decoder_layers") ?? 12, hidden: hidden,
        heads: file.integerOrNull("decoder_attention_heads") ?? 16,
        feedForward: file.integerOrNull("decoder_ffn_dim") ?? 4096, vocabulary: vocabulary,
        positions: file.integerOrNull("max_position_embeddings") ?? 1024,
        encoderLayers: file.integerOrNull("encoder_layers") ?? 12),
      Architecture(
        activation: file.activation("activation_function", default: .gelu),
        position: .sinusoidal, residual: .postNorm,
        embeddingScale: isScaled ? Float(max(hidden, 1)).squareRoot() : 1,
        sharesEmbedding: file.boolean("share_encoder_decoder_embeddings", default: true),
        hasFinalNorm: false),
      tiedHead: file.boolean("tie_word_embeddings", default: true), normEpsilon: 1e-5,
      SizeFields.marian, file.path)
  }

  /// T5 (Raffel et al., arXiv 1910.10683) and its version 1.1 (Shazeer, arXiv 2002.05202, and the
  /// authors' code), which is gated and has a head of its own. Scores are not divided: the initial
  /// weights of queries are smaller instead. A head that is the embedding gets its input divided by
  /// √h. No length is fixed; the models were trained on 512 tokens.
  static func t5(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.requireArchitecture(
      in: ["T5ForConditionalGeneration", "T5WithLMHeadModel", "T5Model"])
    let network = try file.feedForward("feed_forward_proj")
    let hidden = try file.integerOrNull("d_model") ?? 512
    let encoderLayers = try file.integerOrNull("num_layers") ?? 6
    let isTied = try file.boolean("tie_word_embeddings", default: true)
    let isScaled = try file.boolean("scale_decoder_outputs", default: isTied)
    return try ModelShape(
      name: file.path, family: .t5,
      Sizes(
        layers: file.integerOrNull("num_decoder_layers") ?? encoderLayers, hidden: hidden,
        heads: file.integerOrNull("num_heads") ?? 8,
        headDimension: file.integerOrNull("d_kv") ?? 64,
        feedForward: file.integerOrNull("d_ff") ?? 2048,
        vocabulary: file.integerOrNull("vocab_size") ?? 32_128,
        positions: file.integerOrNull("n_positions") ?? 512, encoderLayers: encoderLayers),
      Architecture(
        norm: .rmsNorm, activation: network.activation, isGated: network.isGated,
        position: file.relativePosition(), biases: .none, dropsInside: true, dividesScores: false,
        headScale: isScaled ? 1 / Float(max(hidden, 1)).squareRoot() : 1),
      tiedHead: isTied, normEpsilon: Float(file.number("layer_norm_epsilon", default: 1e-6)),
      SizeFields.t5, file.path)
  }
}

extension ConfigurationFile {
  /// The class that the file is for, if it says so, must be one of these.
  fileprivate func requireArchitecture(in names: [String]) throws(InputError) {
    guard let name = try architecture(), !names.contains(name) else { return }
    throw InputError(
      path, field: "architectures", found: "\"\(name.quoted)\"",
      expected: names.map { "\"\($0)\"" }.joined(separator: " or "))
  }

  /// Encoder and decoder must have the same size.
  fileprivate func requireAlike(
    _ encoder: String, _ decoder: String, default fallback: Int
  ) throws(InputError) {
    let expected = try integerOrNull(decoder) ?? fallback
    let found = try integerOrNull(encoder) ?? fallback
    guard found == expected else {
      throw InputError(
        path, field: encoder, found: "\(found)", expected: "\(decoder), \(expected)")
    }
  }

  /// The feed-forward network as T5 names it: `relu`, or `gated-gelu`, which means the tanh form.
  fileprivate func feedForward(
    _ field: String
  ) throws(InputError) -> (activation: Architecture.Activation, isGated: Bool) {
    try require(field, in: ["relu", "gated-relu", "gated-gelu", "gated-silu"])
    switch try stringOrNull(field) {
    case "gated-relu": return (.relu, true)
    case "gated-gelu": return (.geluTanh, true)
    case "gated-silu": return (.silu, true)
    default: return (.relu, false)
    }
  }

  /// T5's buckets: half of them, or in an encoder half of those for each direction, are for single
  /// distances.
  fileprivate func relativePosition() throws(InputError) -> Architecture.Position {
    let buckets = try integerOrNull("relative_attention_num_buckets") ?? 32
    guard (4...ModelShape.largestSize).contains(buckets) else {
      throw InputError(
        path, field: "relative_attention_num_buckets", found: "\(buckets)",
        expected: "4 to \(ModelShape.largestSize)")
    }
    let furthest = try integerOrNull("relative_attention_max_distance") ?? 128
    guard (buckets / 2 + 1...ModelShape.largestSize).contains(furthest) else {
      throw InputError(
        path, field: "relative_attention_max_distance", found: "\(furthest)",
        expected: "more than half of the \(buckets) buckets, at most \(ModelShape.largestSize)")
    }
    return .relative(buckets: buckets, furthest: furthest)
  }
}
