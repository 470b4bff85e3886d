import Catalogue

/// Which experts each row goes to, and with what weight.
///
/// The pairs of a row and one of its experts lie side by side, sorted by expert, in buffers of R·k
/// rows: how many bytes that takes does not depend on which experts the rows chose.
public struct Routing: ~Copyable {
  /// (R,k), the experts of each row.
  let chosen: Tensor
  /// (R,k), their probabilities, and (R,1), the sums of these; nil where weights are not made to
  /// add up to 1.
  let chosenProbabilities: Tensor?
  let sums: Tensor?
  /// (R·k,1), the number of the pair at each place.
  let order: Tensor
  /// (R,k), the place of each pair.
  let places: Tensor
  /// (R·k,1), the row of the pair at each place.
  let source: Tensor
  /// (R·k,1), the weight of the pair at each place.
  let weights: Tensor
  /// (1,E), the place behind the last of each expert.
  let ends: Tensor

  /// Number of pairs, R·k.
  public var pairs: Int { chosen.count }

  /// Tensors for `rows` rows, not yet written. Weights are in fp32 whatever the run, as in
  /// transformers.
  public init(
    rows: Int, _ experts: Architecture.Experts, _ category: Category, _ engine: Engine
  ) {
    let pairs = rows * experts.perToken
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
    order = integers(pairs, 1, .routerOrder)
    places = integers(rows, experts.perToken, .routerPlaces)
    source = integers(pairs, 1, .routerSource)
    weights = numbers(pairs, 1, .routerWeights)
    ends = engine.make(1, experts.count, category, .routerEnds, precision: .int32)
  }

  /// The places of each expert; none in a dry run.
  var groups: [Range<Int>] {
    guard ends.storage != nil else { return [] }
    let ends = (0..<ends.columns).map { Int(self.ends.shortIntegers[$0]) }
    return zip([0] + ends, ends).map { $0..<$1 }
  }
}
