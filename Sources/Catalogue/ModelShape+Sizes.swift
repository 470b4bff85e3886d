extension ModelShape {
  /// The sizes that a model is given by; what is nil follows from the others.
  public struct Sizes: Sendable {
    /// `l`.
    public var layers: Int
    /// `h`.
    public var hidden: Int
    /// `a`.
    public var heads: Int
    /// `g`; as many as heads.
    public var kvHeads: Int?
    /// `d`; h/a.
    public var headDimension: Int?
    /// `f`; 4·h.
    public var feedForward: Int?
    /// `V`.
    public var vocabulary: Int
    /// `T`.
    public var positions: Int
    /// Blocks of an encoder; none where nil.
    public var encoderLayers: Int?
  }

  /// What a family's `config.json` calls the sizes, for messages.
  struct SizeFields {
    var layers = "num_hidden_layers"
    var encoderLayers = "num_layers"
    var hidden = "hidden_size"
    var heads = "num_attention_heads"
    var kvHeads = "num_key_value_heads"
    var headDimension = "head_dim"
    var feedForward = "intermediate_size"
    var vocabulary = "vocab_size"
    var positions = "max_position_embeddings"
    var epsilon = "rms_norm_eps"

    static let common = SizeFields()
    static let gpt2 = SizeFields(
      layers: "n_layer", hidden: "n_embd", heads: "n_head", feedForward: "n_inner",
      positions: "n_positions", epsilon: "layer_norm_epsilon")
    static let layerNorm = SizeFields(epsilon: "layer_norm_eps")
    static let marian = SizeFields(
      layers: "decoder_layers", encoderLayers: "encoder_layers", hidden: "d_model",
      heads: "decoder_attention_heads", feedForward: "decoder_ffn_dim")
    static let t5 = SizeFields(
      layers: "num_decoder_layers", hidden: "d_model", heads: "num_heads", headDimension: "d_kv",
      feedForward: "d_ff", positions: "n_positions", epsilon: "layer_norm_epsilon")
    static let opt = SizeFields(feedForward: "ffn_dim")
    static let bloom = SizeFields(
      layers: "n_layer", heads: "n_head", positions: "seq_length", epsilon: "layer_norm_epsilon")
    static let falcon = SizeFields(
      kvHeads: "num_kv_heads", feedForward: "ffn_hidden_size", epsilon: "layer_norm_epsilon")
  }

  /// A model of the given sizes, checked.
  ///
  /// - Throws: `InputError` naming `origin`, and the field as the family spells it.
  init(
    name: String, family: Family, _ sizes: Sizes, _ architecture: Architecture, tiedHead: Bool,
    normEpsilon: Float, _ fields: SizeFields, _ origin: String
  ) throws(InputError) {
    try Self.requireSizes(sizes, fields, origin)
    let kvHeads = sizes.kvHeads ?? sizes.heads
    guard sizes.heads % kvHeads == 0 else {
      throw InputError(
        origin, field: fields.kvHeads,
        found: "\(kvHeads), which does not divide \(fields.heads) = \(sizes.heads)",
        expected: "a divisor of it")
    }
    guard sizes.headDimension != nil || sizes.hidden % sizes.heads == 0 else {
      let divisors = Self.divisors(of: sizes.hidden, around: sizes.heads)
      throw InputError(
        origin, field: fields.heads,
        found: "\(sizes.heads), which does not divide \(fields.hidden) = \(sizes.hidden)",
        expected: "a divisor of \(fields.hidden), such as \(divisors)")
    }
    guard normEpsilon.isFinite, normEpsilon > 0 else {
      throw InputError(
        origin, field: fields.epsilon, found: "\(normEpsilon)",
        expected: "a small positive number, such as 1e-05")
    }
    self.name = name
    self.family = family
    self.layers = sizes.layers
    encoderLayers = sizes.encoderLayers ?? 0
    self.hidden = sizes.hidden
    self.heads = sizes.heads
    self.kvHeads = kvHeads
    self.headDimension = sizes.headDimension ?? sizes.hidden / sizes.heads
    self.feedForward = sizes.feedForward ?? 4 * sizes.hidden
    self.vocabulary = sizes.vocabulary
    self.positions = sizes.positions
    self.tiedHead = tiedHead
    self.normEpsilon = normEpsilon
    self.architecture = architecture
    try requireWithinLimits(fields, origin)
  }

  private static func requireSizes(
    _ sizes: Sizes, _ fields: SizeFields, _ origin: String
  ) throws(InputError) {
    let all = [
      (fields.encoderLayers, sizes.encoderLayers ?? 1, mostLayers),
      (fields.layers, sizes.layers, mostLayers),
      (fields.hidden, sizes.hidden, largestSize),
      (fields.heads, sizes.heads, largestSize), (fields.kvHeads, sizes.kvHeads ?? 1, largestSize),
      (fields.headDimension, sizes.headDimension ?? 1, largestSize),
      (fields.vocabulary, sizes.vocabulary, largestSize),
      (fields.positions, sizes.positions, largestSize),
      (fields.feedForward, sizes.feedForward ?? 1, largestSize),
    ]
    for (field, value, most) in all {
      guard value >= 1 else {
        throw InputError(origin, field: field, found: "\(value)", expected: "a positive integer")
      }
      guard value <= most else {
        throw InputError(origin, field: field, found: "\(value)", expected: "at most \(most)")
      }
    }
  }

  private static func divisors(of hidden: Int, around heads: Int) -> String {
    let small = (1...Int(Double(hidden).squareRoot())).filter { hidden % $0 == 0 }
    let all = Set(small + small.map { hidden / $0 }).sorted()
    let nearest = [all.last { $0 < heads }, all.first { $0 > heads }].compactMap { $0 }
    return nearest.map(String.init).joined(separator: " or ")
  }
}
