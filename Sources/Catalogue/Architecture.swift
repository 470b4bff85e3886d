/// What distinguishes the families of transformers, besides their sizes.
public struct Architecture: Codable, Sendable, Equatable {
  /// The norm of the residual stream.
  public var norm = Norm.layerNorm
  /// Added to the weights of norms where they are used: 1 in models that keep them as differences
  /// from 1.
  public var normShift: Float = 0
  /// The activation function of the feed-forward network.
  public var activation = Activation.geluTanh
  /// Whether the activation's output is multiplied by a second projection of the input (Shazeer,
  /// arXiv 2002.05202).
  public var isGated = false
  /// The experts that take the place of one feed-forward network; nil where there is one.
  public var experts: Experts?
  /// How tokens know their positions.
  public var position = Position.learned(offset: 0)
  /// Which tokens attend to which.
  public var mask = AttentionMask.causal
  /// Which linear layers have biases.
  public var biases = Biases()
  /// How attention and feed-forward network join the residual stream.
  public var residual = Residual.sequential
  /// Whether the queries and keys of each head are normalised.
  public var hasQueryKeyNorm = false
  /// Whether a norm follows the embedding.
  public var hasEmbeddingNorm = false
  /// The factor of the embeddings.
  public var embeddingScale: Float = 1
  /// The width of the token embeddings and of the head where it is not that of the stream, to and
  /// from which linear layers without biases lead.
  public var embeddingWidth: Int?
  /// Whether an encoder and its decoder read with the same token embedding.
  public var sharesEmbedding = true
  /// Kinds of tokens, such as those of a first and a second sentence, that have an embedding each;
  /// 0 for none.
  public var tokenTypes = 0
  /// Whether dropout works inside of feed-forward networks and behind the last norm, too (Raffel et
  /// al., arXiv 1910.10683, section 2.1).
  public var dropsInside = false
  /// Whether the products of queries and keys are divided by √d.
  public var dividesScores = true
  /// Whether a norm follows the last block.
  public var hasFinalNorm = true
  /// The factor of the head's input.
  public var headScale: Float = 1
  /// What becomes of the last block's output.
  public var head = Head.languageModel

  /// The norms.
  public enum Norm: String, Codable, Sendable {
    /// Ba et al., arXiv 1607.06450.
    case layerNorm
    /// Zhang and Sennrich, arXiv 1910.07467.
    case rmsNorm
  }

  /// The activation functions, as `config.json` spells them.
  public enum Activation: String, Codable, Sendable {
    /// GELU by the hyperbolic tangent (Hendrycks and Gimpel, arXiv 1606.08415).
    case geluTanh = "gelu_new"
    /// GELU by the error function.
    case gelu
    /// What is negative becomes 0.
    case relu
    /// x times its logistic function (Elfwing et al., arXiv 1702.03118).
    case silu

    /// Whether its slope is known from its output, so that nothing else need be kept.
    public var isKnownByOutput: Bool { self == .relu }
  }

  /// How tokens know their positions.
  public enum Position: Codable, Sendable, Equatable {
    /// An embedding of each position, added to the token's; the first `offset` are never used.
    case learned(offset: Int)
    /// Sines and cosines of each position are added to the token's embedding (Vaswani et al., arXiv
    /// 1706.03762, section 3.5).
    case sinusoidal
    /// Queries and keys are turned by angles that grow with the position, the first `dimensions` of
    /// each head (Su et al., arXiv 2104.09864).
    case rotary(dimensions: Int, theta: Double)
    /// Scores fall with the distance, at another rate in each head (Press et al., arXiv 2108.12409):
    /// after they are divided by √d, or before, so that the rates are divided too.
    case alibi(isDivided: Bool)
    /// To the scores is added what each head has learned for the distance, of which short ones have
    /// a bucket each, and long ones share those that are left, all from `furthest` on the last
    /// (Raffel et al., arXiv 1910.10683, section 2.1).
    case relative(buckets: Int, furthest: Int)
  }

  /// Which linear layers have biases; those of LayerNorm are always there.
  public struct Biases: Codable, Sendable, Equatable {
    /// Of the projection to queries, keys and values.
    public var qkv = true
    /// Of the projection behind attention.
    public var projection = true
    /// Of the feed-forward network.
    public var mlp = true
    /// Of the head.
    public var head = false

    /// None at all.
    public static let none = Biases(qkv: false, projection: false, mlp: false)
  }

  /// How attention and feed-forward network join the residual stream.
  public enum Residual: String, Codable, Sendable {
    /// One after the other, each with a norm before it.
    case sequential
    /// One after the other, with a norm behind each addition (Vaswani et al., arXiv 1706.03762,
    /// section 3.1).
    case postNorm
    /// Side by side, each with a norm before it.
    case parallel
    /// Side by side behind one norm.
    case parallelSharedNorm
  }

  /// What becomes of the last block's output, as `architectures` in `config.json` says.
  public enum Head: String, Codable, Sendable {
    /// Scores of the next token.
    case languageModel
    /// Scores of the token at each position, behind a linear layer, an activation function and a
    /// norm (Devlin et al., arXiv 1810.04805, section 3.1; their code).
    case maskedLanguageModel
    /// A linear layer and tanh of the first token, for tasks that are not pre-training.
    case pooler
    /// Nothing.
    case none

    /// Whether it scores tokens, so that there is a loss.
    public var hasScores: Bool { self == .languageModel || self == .maskedLanguageModel }

    /// The head with which a model is pre-trained.
    public var trained: Head {
      switch self {
      case .languageModel, .none: .languageModel
      case .maskedLanguageModel, .pooler: .maskedLanguageModel
      }
    }
  }
}
