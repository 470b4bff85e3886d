import BasicContainers
import Catalogue
import Instrument

/// A model that reads and writes tokens one chunk after the other, keeping keys and values of those
/// it has seen.
public struct Generator: ~Copyable {
  let engine: Engine
  private let shape: ModelShape
  private let recipe: Recipe
  var model: LanguageModel
  private var caches: UniqueArray<KVCache>
  private let angles: RotaryTable?
  /// Tokens of each sequence seen so far.
  public private(set) var position = 0

  /// Allocates the model and its caches.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: its batch, attention and seed are used.
  ///   - formats: in which tensors are stored.
  ///   - capacity: tokens of every sequence that the caches have room for.
  ///   - engine: what it runs on.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, _ formats: Formats = .fp32, capacity: Int,
    on engine: Engine
  ) {
    var (shape, recipe) = (shape, recipe)
    shape.architecture.head = shape.architecture.head.trained
    // Nothing is kept for backward, so the convention that keeps least is right.
    recipe.convention = .lean
    recipe.dropout = 0
    recipe.recompute = .none
    self.engine = engine
    self.shape = shape
    self.recipe = recipe
    engine.phase = .load
    engine.formats = formats
    model = LanguageModel(shape, seed: recipe.seed, engine)
    let step = Step(engine: engine, shape: shape, recipe: recipe, pass: 0)
    angles = RotaryTable.make(step, positions: capacity)
    caches = UniqueArray(minimumCapacity: shape.layers)
    for layer in 0..<shape.layers {
      let outer = engine.enter("block.\(layer)")
      caches.append(KVCache(capacity: capacity, step.attentionShape, engine))
      engine.leave(outer)
    }
  }

  /// Reads the next tokens of every sequence.
  ///
  /// - Parameters:
  ///   - tokens: b·n ids, sequence by sequence; not looked at in a dry run.
  ///   - count: n.
  /// - Returns: the logits (b,V) of the tokens that follow.
  public mutating func read(_ tokens: [Int64]?, count: Int) -> Tensor {
    var recipe = recipe
    recipe.sequence = count
    let step = Step(engine: engine, shape: shape, recipe: recipe, pass: 0)
    let input = engine.make(recipe.batch, count, .input, .tokens, precision: .int64)
    if let tokens, engine.isReal { input.integers.update(from: tokens, count: tokens.count) }
    let logits = model.infer(input, caches, first: position, angles, step)
    position += count
    return logits
  }
}
