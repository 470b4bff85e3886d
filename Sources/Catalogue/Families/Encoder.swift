/// The encoders: every token attends to every other, norms come behind the additions, and the model
/// learns to restore tokens that were hidden.
extension ModelShape {
  /// BERT (Devlin et al., arXiv 1810.04805).
  static func bert(_ file: ConfigurationFile) throws(InputError) -> ModelShape {
    try file.require("hidden_act", in: ["gelu", "gelu_new", "relu", "silu", "swish"])
    return try likeBERT(file, .bert, vocabulary: 30_522, offset: 0)
  }

  /// RoBERTa and XLM-R (Liu et al., arXiv 1907.11692; Conneau et al., arXiv 1911.02116). Positions
  /// are counted from the one after that of the padding token; those before it are never used.
  static func roberta(
    _ file: ConfigurationFile, _ family: Family
  ) throws(InputError) -> ModelShape {
    let padding = try file.integerOrNull("pad_token_id") ?? 1
    guard padding >= 0 else {
      throw InputError(
        file.path, field: "pad_token_id", found: "\(padding)", expected: "a token, such as 1")
    }
    // The head has GELU whatever the blocks have.
    try file.require("hidden_act", in: ["gelu"])
    return try likeBERT(file, family, vocabulary: 50_265, offset: padding + 1)
  }

  private static func likeBERT(
    _ file: ConfigurationFile, _ family: Family, vocabulary: Int, offset: Int
  ) throws(InputError) -> ModelShape {
    try file.refuse("is_decoder", true)
    try file.refuse("add_cross_attention", true)
    try file.require("position_embedding_type", in: ["absolute"])
    let rows = try file.sizeOrNull("max_position_embeddings") ?? 512
    guard rows > offset else {
      throw InputError(
        file.path, field: "max_position_embeddings", found: "\(rows)",
        expected: "more than \(offset), as positions follow that of the padding token")
    }
    return try ModelShape(
      name: file.path, family: family,
      Sizes(
        layers: file.integerOrNull("num_hidden_layers") ?? 12,
        hidden: file.integerOrNull("hidden_size") ?? 768,
        heads: file.integerOrNull("num_attention_heads") ?? 12,
        feedForward: file.integerOrNull("intermediate_size") ?? 3072,
        vocabulary: file.integerOrNull("vocab_size") ?? vocabulary,
        positions: rows - offset),
      Architecture(
        activation: file.activation("hidden_act", default: .gelu),
        position: .learned(offset: offset), mask: .bidirectional,
        biases: Architecture.Biases(head: true), residual: .postNorm, hasEmbeddingNorm: true,
        tokenTypes: file.sizeOrNull("type_vocab_size") ?? 2, hasFinalNorm: false,
        head: file.encoderHead()),
      tiedHead: file.boolean("tie_word_embeddings", default: true),
      normEpsilon: Float(file.number("layer_norm_eps", default: 1e-12)), SizeFields.layerNorm,
      file.path)
  }
}

extension ConfigurationFile {
  /// What `architectures` says: `BertModel` has a pooler, `BertForMaskedLM` scores of tokens, which
  /// is what a file that says nothing is taken to mean.
  fileprivate func encoderHead() throws(InputError) -> Architecture.Head {
    guard let name = try architecture() else { return .maskedLanguageModel }
    if name.hasSuffix("ForMaskedLM") { return .maskedLanguageModel }
    if name.isHeadless { return .pooler }
    throw InputError(
      path, field: "architectures", found: "\"\(name.quoted)\"",
      expected: "a Model or a ForMaskedLM, such as \"BertForMaskedLM\"")
  }
}
