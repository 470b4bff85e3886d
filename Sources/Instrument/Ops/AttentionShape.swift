import Catalogue

/// The sizes of an attention: `batch` B, `heads` a, `kvHeads` g, `sequence` T, `keys` S,
/// `headDimension` d; and which keys its queries see.
public struct AttentionShape {
  let batch: Int
  let heads: Int
  let kvHeads: Int
  /// Queries of a sequence.
  public let sequence: Int
  /// Keys of a sequence.
  public let keys: Int
  let headDimension: Int
  /// Where the queries are among the keys.
  let positions: [Range<Int>]
  let mask: AttentionMask
  /// How fast the scores of each head fall with the distance (ALiBi); empty where they do not.
  let slopes: [Float]
  /// What each head adds to its scores for the distance; nil for nothing.
  let bias: DistanceBias?
  /// The factor of the scores.
  let scale: Float

  /// - Parameters:
  ///   - batch: B.
  ///   - heads: a.
  ///   - kvHeads: g, a divisor of a: so many heads of keys and values, each for a/g heads of
  ///     queries; as many as `heads` where nil.
  ///   - sequence: T.
  ///   - keys: S; as many as queries where nil.
  ///   - headDimension: d.
  ///   - positions: where the queries are among the keys, in ascending stretches that make up T; from
  ///     the first key on where nil.
  ///   - mask: which keys a query sees.
  ///   - slopes: one for each head, or none.
  ///   - bias: what each head adds to its scores for the distance, for scores that have no factor.
  ///   - scale: the factor of the scores; 1/√d where nil.
  public init(
    batch: Int, heads: Int, kvHeads: Int? = nil, sequence: Int, keys: Int? = nil,
    headDimension: Int, positions: [Range<Int>]? = nil, mask: AttentionMask = .causal,
    slopes: [Float] = [], bias: DistanceBias? = nil, scale: Float? = nil
  ) {
    self.batch = batch
    self.heads = heads
    self.kvHeads = kvHeads ?? heads
    self.sequence = sequence
    self.keys = keys ?? sequence
    self.headDimension = headDimension
    self.positions = positions ?? [0..<sequence]
    self.mask = mask
    self.slopes = slopes
    self.bias = bias
    self.scale = scale ?? 1 / Float(headDimension).squareRoot()
    precondition(bias == nil || self.scale == 1)
    precondition(self.positions.reduce(0) { $0 + $1.count } == sequence)
    precondition(heads % self.kvHeads == 0 && (slopes.isEmpty || slopes.count == heads))
  }

  /// Heads of queries of the whole batch.
  public var items: Int { batch * heads }
  /// Heads of keys and values of the whole batch.
  public var kvItems: Int { batch * kvHeads }
  /// Heads of queries that share keys and values, a/g.
  var group: Int { heads / kvHeads }
  /// a·d.
  var hidden: Int { heads * headDimension }
  /// (a + 2g)·d, a row of queries, keys and values.
  public var qkvWidth: Int { (heads + 2 * kvHeads) * headDimension }
  /// Pairs of a query and a key in one head: its scores.
  var pairs: Int { sequence * keys }

  /// The queries, as far as they follow each other.
  var stretches: [Stretch] { Stretch.all(at: positions) }

  /// The slope of an item's head; 0 for none.
  func slope(_ item: Int) -> Float { slopes.isEmpty ? 0 : slopes[item % heads] }

  /// Where a head's first row lies in a (B·T, a·d) tensor.
  func contextOffset(_ item: Int) -> Int {
    item / heads * sequence * hidden + item % heads * headDimension
  }
}
