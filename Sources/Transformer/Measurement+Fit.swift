import Catalogue
import Instrument

extension Measurement {
  /// Bytes of a run's peak, from a dry run of two updates: the second is like all that follow.
  ///
  /// - Parameters:
  ///   - shape: the whole model.
  ///   - recipe: as the rank runs it.
  ///   - rank: the part of a layout that runs.
  public static func peakBytes(
    _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank = .alone
  ) throws(InputError) -> Int {
    var recipe = recipe
    recipe.steps = 2
    recipe.text = nil
    let engine = Engine(dry: Ledger(), rank: rank)
    let corpus = try Corpus(for: recipe, shape)
    var training = Training(shape, recipe, corpus, on: engine)
    for _ in 1...recipe.steps { _ = training.step() }
    return engine.ledger.peak.total
  }

  /// Checks that a run fits the memory that is free, before anything is allocated.
  ///
  /// - Returns: the bytes that it needs.
  /// - Throws: `InputError` that says how much it needs, how much there is, and which batch fits.
  static func requireFit(
    _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank = .alone,
    available: Int? = SystemMemory.availableBytes
  ) throws(InputError) -> Int {
    let needed = try peakBytes(shape, recipe, rank)
    guard let available, needed > available else { return needed }
    let batch = try largestBatch(shape, recipe, rank, within: available)
    let advice =
      batch > 0
      ? "at most --batch \(batch)" : "a smaller model or sequence, or --dry; not even 1 fits"
    throw InputError(
      "--batch",
      found: "\(recipe.batch), for which \(shape.name) at --sequence \(recipe.sequence) needs "
        + "\(needed) bytes where \(available) are available",
      expected: advice)
  }

  /// The largest batch whose peak is within `bytes`; 0 if there is none.
  static func largestBatch(
    _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank = .alone, within bytes: Int
  ) throws(InputError) -> Int {
    func fits(_ batch: Int) throws(InputError) -> Bool {
      var recipe = recipe
      recipe.batch = batch
      return try peakBytes(shape, recipe, rank) <= bytes
    }
    var (low, high) = (0, recipe.batch)
    while high - low > 1 {
      let middle = (low + high) / 2
      if try fits(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
