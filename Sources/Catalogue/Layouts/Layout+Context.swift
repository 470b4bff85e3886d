/// How ranks share a sequence. Each has two stretches of it, one from the front and one from the back:
/// so every rank has as many pairs of a query and a key that it sees under a causal mask (Megatron-LM,
/// `get_batch_on_this_cp_rank`).
extension Layout {
  /// The positions of a sequence that a rank has, in order; all where ranks share none.
  ///
  /// - Parameters:
  ///   - place: which of the ranks that share the sequence.
  ///   - length: of the sequence, a multiple of two stretches for each rank.
  public func stretches(ofContext place: Int, of length: Int) -> [Range<Int>] {
    guard context > 1 else { return [0..<length] }
    let size = length / (2 * context)
    return [place, 2 * context - 1 - place].map { $0 * size..<($0 + 1) * size }
  }

  /// Checks that ranks can share the sequences of a model.
  ///
  /// - Throws: `InputError` that names the option.
  func requireContext(_ shape: ModelShape, _ recipe: Recipe) throws(InputError) {
    guard context > 1 else { return }
    guard !shape.hasEncoder, shape.architecture.mask != .bidirectional else {
      throw InputError(
        "--context", found: "\(context), for \(shape.name), whose tokens see those behind them",
        expected: "1")
    }
    // Of what is predicted, or has room with an expert, ranks would have uneven parts.
    if let prefix = recipe.prefix {
      throw InputError(
        "--context", found: "\(context) with --prefix \(prefix)", expected: "1, or no prefix")
    }
    if let factor = recipe.capacityFactor {
      throw InputError(
        "--context", found: "\(context) with --capacity-factor \(factor)",
        expected: "1, or room for as many rows as come")
    }
    guard recipe.sequence % (2 * context) == 0 else {
      throw InputError(
        "--sequence",
        found: "\(recipe.sequence), of which \(context) ranks cannot have two equal stretches each",
        expected: "a multiple of \(2 * context), with --context \(context)")
    }
  }
}

extension Rank {
  /// The positions of a sequence that it has, in order.
  public func stretches(of length: Int) -> [Range<Int>] {
    layout.stretches(ofContext: context, of: length)
  }
}
