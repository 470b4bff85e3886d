/// The sizes and choices that define a model: all that parameters, bytes and FLOPs depend on.
///
/// Symbols in formulas, after Korthikanti et al. (arXiv 2205.05198): `l` layers, `h` hidden,
/// `a` heads, `g` KV heads, `d` head dimension, `f` feed-forward, `V` vocabulary, `T` positions.
public struct ModelShape: Codable, Sendable, Equatable {
  /// The name it was asked for by: a preset, or the path of a `config.json`.
  public var name: String
  /// The architecture.
  public var family: Family
  /// Number of blocks, `l`; of the decoder, where there is an encoder.
  public var layers: Int
  /// Blocks of the encoder, to whose output every block of the decoder attends; 0 for none.
  public var encoderLayers = 0
  /// Width of the residual stream, `h`.
  public var hidden: Int
  /// Query heads, `a`.
  public var heads: Int
  /// Key and value heads, `g`; equal to `heads` without grouped-query attention.
  public var kvHeads: Int
  /// Width of one head, `d`.
  public var headDimension: Int
  /// Width of the feed-forward layer, or of one expert, `f`.
  public var feedForward: Int
  /// Number of token embeddings, `V`.
  public var vocabulary: Int
  /// Number of learned positions, `T`; no sequence may be longer.
  public var positions: Int
  /// Whether the head uses the token embedding as its weight.
  public var tiedHead: Bool
  /// Added to the variance inside a norm.
  public var normEpsilon: Float
  /// What distinguishes the family.
  public var architecture: Architecture

  /// The architectures that Assay can run, as `config.json` spells them.
  public enum Family: String, Codable, Sendable, CaseIterable {
    /// Pre-norm LayerNorm, learned positions, biases, tanh GELU (Radford et al., 2019).
    case gpt2
    /// Pre-norm decoders without an encoder, each as transformers has it.
    case llama, mistral, qwen2, qwen3, gemma, phi, opt, bloom
    /// GPT-NeoX and Pythia, whose attention and feed-forward network stand side by side.
    case gptNeoX = "gpt_neox"
    /// Decoders, of which Mixtral has experts.
    case falcon, mixtral
    /// Qwen 3 with experts.
    case qwen3MoE = "qwen3_moe"
    /// Encoders that restore masked tokens.
    case bert, roberta
    /// RoBERTa in many languages.
    case xlmRoberta = "xlm-roberta"
    /// Encoder–decoders.
    case marian, t5
  }

  /// Whether there is an encoder, whose source the decoder continues.
  public var hasEncoder: Bool { encoderLayers > 0 }

  /// The encoder as a model of its own, whose tokens all see each other.
  public var encoder: ModelShape {
    var encoder = self
    (encoder.layers, encoder.encoderLayers) = (encoderLayers, 0)
    (encoder.architecture.mask, encoder.architecture.headScale) = (.bidirectional, 1)
    return encoder
  }

  /// Width of the token embeddings and of the head, `h` but for OPT's model of 350M.
  public var embeddingWidth: Int { architecture.embeddingWidth ?? hidden }

  /// A GPT-2 of the given sizes, checked.
  ///
  /// - Throws: `InputError` naming `origin`, and the field as GPT-2's `config.json` spells it.
  public init(
    name: String, layers: Int, hidden: Int, heads: Int, feedForward: Int? = nil, vocabulary: Int,
    positions: Int, tiedHead: Bool = true, normEpsilon: Float = 1e-5, origin: String? = nil
  ) throws(InputError) {
    try self.init(
      name: name, family: .gpt2,
      Sizes(
        layers: layers, hidden: hidden, heads: heads, feedForward: feedForward,
        vocabulary: vocabulary, positions: positions), Architecture(), tiedHead: tiedHead,
      normEpsilon: normEpsilon, SizeFields.gpt2, origin ?? name)
  }
}
