import Catalogue

/// Which experts each row goes to, and with what weight.
///
/// The pairs of a row and one of its experts lie side by side, sorted by expert, in buffers of R·k
/// rows: how many bytes that takes does not depend on which experts the rows chose. Where experts
/// have room for C rows each, the buffers have E·C rows, of which some stay empty, and pairs that
/// come too late have no place.
public struct Routing: ~Copyable {
  /// Rows that an expert has room for, `C`; nil for as many as come.
  let capacity: Int?
  /// (R,k), the experts of each row.
  let chosen: Tensor
  /// (R,k), their probabilities, and (R,1), the sums of these; nil where weights are not made to
  /// add up to 1.
  let chosenProbabilities: Tensor?
  let sums: Tensor?
  /// (R·k,1) or (E·C,1), the number of the pair at each place; negative where there is none.
  let order: Tensor
  /// (R,k), the place of each pair; negative where it has none.
  let places: Tensor
  /// (R·k,1) or (E·C,1), the row of the pair at each place; negative where there is none.
  let source: Tensor
  /// (R·k,1) or (E·C,1), the weight of the pair at each place; 0 where there is none.
  public let weights: Tensor
  /// (1,E), the place behind the last of each expert.
  let ends: Tensor
  /// Ranks that share the experts.
  private let ranks: Int

  /// Number of pairs, R·k.
  public var pairs: Int { chosen.count }
  /// Number of places, R·k or E·C.
  public var rows: Int { order.rows }

  /// Tensors for `rows` rows, not yet written. Weights are in fp32 whatever the run, as in
  /// transformers.
  ///
  /// - Parameters:
  ///   - rows: R.
  ///   - experts: how many each row goes to.
  ///   - capacity: rows that an expert has room for; nil for as many as come.
  ///   - category: what the tensors are for.
  ///   - engine: what they live on.
  public init(
    rows: Int, _ experts: Architecture.Experts, capacity: Int? = nil, _ category: Category,
    _ engine: Engine
  ) {
    self.capacity = capacity
    ranks = engine.rank.layout.expert
    let places = capacity.map { $0 * experts.count } ?? rows * experts.perToken
    func integers(_ rows: Int, _ columns: Int, _ role: TensorRole) -> Tensor {
      engine.make(rows, columns, category, role, precision: .int64)
    }
    func numbers(_ rows: Int, _ columns: Int, _ role: TensorRole) -> Tensor {
      engine.make(rows, columns, category, role, precision: .fp32)
    }
    let isRenormalised = experts.areRenormalised
    chosen = integers(rows, experts.perToken, .routerChosen)
    chosenProbabilities =
      isRenormalised ? numbers(rows, experts.perToken, .routerChosenProbabilities) : nil
    sums = isRenormalised ? numbers(rows, 1, .routerChosenSums) : nil
    order = integers(places, 1, .routerOrder)
    self.places = integers(rows, experts.perToken, .routerPlaces)
    source = integers(places, 1, .routerSource)
    weights = numbers(places, 1, .routerWeights)
    ends = engine.make(1, experts.count, category, .routerEnds, precision: .int32)
  }

  /// How many rows each expert gets; none in a dry run.
  var load: [Int] {
    zip(starts, lastPlaces).map { $1 - $0 }
  }

  /// The places of each expert that this rank has, where its rows are: one behind the other, or, with
  /// rooms of one size that ranks have exchanged, a room for those of each rank. None in a dry run.
  var groups: [[Range<Int>]] {
    guard let capacity else { return zip(starts, lastPlaces).map { [$0..<$1] } }
    let own = lastPlaces.count / ranks
    return (0..<own).map { expert in
      (0..<ranks).map { rank in
        let room = rank * own + expert
        return room * capacity..<(room + 1) * capacity
      }
    }
  }

  /// The same one by one, without the empty ones: which of this rank's experts, and its places.
  var filled: [(expert: Int, places: Range<Int>)] {
    groups.enumerated().flatMap { expert, groups in
      groups.filter { !$0.isEmpty }.map { (expert, $0) }
    }
  }

  private var lastPlaces: [Int] {
    guard ends.storage != nil else { return [] }
    return (0..<ends.columns).map { Int(ends.shortIntegers[$0]) }
  }

  private var starts: [Int] {
    if let capacity { return lastPlaces.indices.map { $0 * capacity } }
    return [0] + lastPlaces.dropLast()
  }
}
