import Catalogue
import Instrument

extension RunAccount {
  /// The keys and values that are kept when a batch of sequences has been read.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: its batch, sequence and attention are used.
  ///   - dry: account without computing.
  /// - Throws: `InputError` for a recipe that the model cannot run, and `MissingComponent` where
  ///   OpenBLAS is not installed.
  public static func cacheItems(
    _ shape: ModelShape, _ recipe: Recipe, dry: Bool
  ) throws -> [Item] {
    try recipe.validate(for: shape)
    let dryEngine = Engine(dry: Ledger())
    let items = read(shape, recipe, on: dryEngine)
    guard !dry else { return items }
    return read(shape, recipe, on: try Engine(expecting: dryEngine.ledger.peak.total))
  }

  private static func read(_ shape: ModelShape, _ recipe: Recipe, on engine: Engine) -> [Item] {
    var generator = Generator(shape, recipe, capacity: recipe.sequence, on: engine)
    engine.phase = .forward
    let tokens = [Int64](repeating: 0, count: recipe.batch * recipe.sequence)
    _ = generator.read(tokens, count: recipe.sequence)
    let ledger = engine.ledger
    return ledger.alive.filter { $0.category == .kvCache }.map { item(.kvCache, $0, ledger) }
  }
}
