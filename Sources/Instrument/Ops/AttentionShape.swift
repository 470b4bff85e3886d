/// The sizes of an attention: `batch` B, `heads` a, `kvHeads` g, `sequence` T, `headDimension` d.
public struct AttentionShape: Sendable {
  let batch: Int
  let heads: Int
  let kvHeads: Int
  let sequence: Int
  let headDimension: Int
  /// How fast the scores of each head fall with the distance (ALiBi); empty where they do not.
  let slopes: [Float]

  /// - Parameters:
  ///   - batch: B.
  ///   - heads: a.
  ///   - kvHeads: g, a divisor of a: so many heads of keys and values, each for a/g heads of
  ///     queries; as many as `heads` where nil.
  ///   - sequence: T.
  ///   - headDimension: d.
  ///   - slopes: one for each head, or none.
  public init(
    batch: Int, heads: Int, kvHeads: Int? = nil, sequence: Int, headDimension: Int,
    slopes: [Float] = []
  ) {
    self.batch = batch
    self.heads = heads
    self.kvHeads = kvHeads ?? heads
    self.sequence = sequence
    self.headDimension = headDimension
    self.slopes = slopes
    precondition(heads % self.kvHeads == 0 && (slopes.isEmpty || slopes.count == heads))
  }

  /// Heads of queries of the whole batch.
  var items: Int { batch * heads }
  /// Heads of keys and values of the whole batch.
  var kvItems: Int { batch * kvHeads }
  /// Heads of queries that share keys and values, a/g.
  var group: Int { heads / kvHeads }
  /// a·d.
  var hidden: Int { heads * headDimension }
  /// (a + 2g)·d, a row of queries, keys and values.
  public var qkvWidth: Int { (heads + 2 * kvHeads) * headDimension }
  /// Scores of one head.
  var square: Int { sequence * sequence }
  /// 1/√d.
  var scale: Float { 1 / Float(headDimension).squareRoot() }

  /// The slope of an item's head; 0 for none.
  func slope(_ item: Int) -> Float { slopes.isEmpty ? 0 : slopes[item % heads] }

  /// Where a head's first row lies in a (B·T, a·d) tensor.
  func contextOffset(_ item: Int) -> Int {
    item / heads * sequence * hidden + item % heads * headDimension
  }
}
