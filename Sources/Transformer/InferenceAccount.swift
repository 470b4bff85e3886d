import Catalogue

/// The account of reading a prompt without gradients: what formulas about inference are held to.
public struct InferenceAccount: Sendable {
  /// Bytes of the weights.
  public let parameter: Int
  /// Bytes of the keys and values that are kept, for all tokens of the prompt.
  public let kvCache: Int
  /// The most that was alive at once, in bytes.
  public let peak: Int
  /// Bytes of an element.
  public let width: Int

  /// Accounts for reading the recipe's batch once.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: batch, sequence and attention of the prompt.
  ///   - dry: account without computing.
  /// - Throws: as `Generation.run`.
  public init(_ shape: ModelShape, _ recipe: Recipe, dry: Bool) throws {
    var request = Generation.Request()
    request.batch = recipe.batch
    request.prompt = recipe.sequence
    request.tokens = 1
    request.precision = recipe.precision
    request.attention = recipe.attention
    let generation = try Generation.run(shape, request, dry: dry)
    parameter = generation.bytes.parameter
    kvCache = generation.bytes.kvCache
    peak = generation.bytes.peak.total
    width = recipe.precision.compute.width
  }
}
