/// The sizes and choices that define a model: all that parameters, bytes and FLOPs depend on.
///
/// Symbols in formulas, after Korthikanti et al. (arXiv 2205.05198): `l` layers, `h` hidden,
/// `a` heads, `g` KV heads, `d` head dimension, `f` feed-forward, `V` vocabulary, `T` positions.
public struct ModelShape: Codable, Sendable, Equatable {
  /// The name it was asked for by: a preset, or the path of a `config.json`.
  public var name: String
  /// The architecture.
  public var family: Family
  /// Number of blocks, `l`.
  public var layers: Int
  /// Width of the residual stream, `h`.
  public var hidden: Int
  /// Query heads, `a`.
  public var heads: Int
  /// Key and value heads, `g`; equal to `heads` without grouped-query attention.
  public var kvHeads: Int
  /// Width of one head, `d`.
  public var headDimension: Int
  /// Width of the feed-forward layer, `f`.
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
  public var architecture = Architecture()

  /// The architectures that Assay can run.
  public enum Family: String, Codable, Sendable, CaseIterable {
    /// Pre-norm LayerNorm, learned positions, biases, tanh GELU (Radford et al., 2019).
    case gpt2
  }

  /// A GPT-2 of the given sizes, checked.
  ///
  /// - Throws: `InputError` naming `origin`, and the field as GPT-2's `config.json` spells it.
  public init(
    name: String, layers: Int, hidden: Int, heads: Int, feedForward: Int? = nil, vocabulary: Int,
    positions: Int, tiedHead: Bool = true, normEpsilon: Float = 1e-5, origin: String? = nil
  ) throws(InputError) {
    let origin = origin ?? name
    let sizes = [
      ("n_layer", layers, Self.mostLayers), ("n_embd", hidden, Self.largestSize),
      ("n_head", heads, Self.largestSize), ("vocab_size", vocabulary, Self.largestSize),
      ("n_positions", positions, Self.largestSize),
      ("n_inner", feedForward ?? 1, Self.largestSize),
    ]
    for (field, value, most) in sizes {
      guard value >= 1 else {
        throw InputError(origin, field: field, found: "\(value)", expected: "a positive integer")
      }
      guard value <= most else {
        throw InputError(origin, field: field, found: "\(value)", expected: "at most \(most)")
      }
    }
    guard normEpsilon.isFinite, normEpsilon > 0 else {
      throw InputError(
        origin, field: "layer_norm_epsilon", found: "\(normEpsilon)",
        expected: "a small positive number, such as 1e-05")
    }
    guard hidden % heads == 0 else {
      let divisors = Self.divisors(of: hidden, around: heads)
      throw InputError(
        origin, field: "n_head", found: "\(heads), which does not divide n_embd = \(hidden)",
        expected: "a divisor of n_embd, such as \(divisors)")
    }
    self.name = name
    self.family = .gpt2
    self.layers = layers
    self.hidden = hidden
    self.heads = heads
    self.kvHeads = heads
    self.headDimension = hidden / heads
    self.feedForward = feedForward ?? 4 * hidden
    self.vocabulary = vocabulary
    self.positions = positions
    self.tiedHead = tiedHead
    self.normEpsilon = normEpsilon
    try requireWithinLimits(origin)
  }

  private static func divisors(of hidden: Int, around heads: Int) -> String {
    let all = (1...hidden).filter { hidden % $0 == 0 }
    let nearest = [all.last { $0 < heads }, all.first { $0 > heads }].compactMap { $0 }
    return nearest.map(String.init).joined(separator: " or ")
  }
}
