import Catalogue
import Instrument

/// A training run: a model, its optimizer and its data, advanced one step at a time.
public struct Training: ~Copyable {
  let engine: Engine
  let shape: ModelShape
  let recipe: Recipe
  private let corpus: Corpus
  var model: LanguageModel
  private var optimizer: Optimizer
  private var passes = 0

  /// What was seen at the end of the last forward pass.
  public private(set) var afterForward = AfterForward()
  /// Wall time of each phase, added up over the steps.
  public private(set) var duration: [Phase: Duration] = [:]

  /// The state of the ledger when the loss is known and backward has not begun.
  public struct AfterForward: Sendable {
    /// Bytes of activations: what is kept for backward.
    public var savedForBackward = 0
    /// The last event of the forward pass.
    public var sequence = -1
  }

  /// The outcome of a step; the numbers are absent in a dry run.
  public struct Outcome: Sendable {
    /// Mean loss over the batch, before the update.
    public let loss: Double?
    /// Norm of the gradient before clipping; absent without clipping.
    public let gradientNorm: Double?
  }

  /// Allocates and initialises everything that lives as long as the run.
  public init(_ shape: ModelShape, _ recipe: Recipe, _ corpus: Corpus, on engine: Engine) {
    self.engine = engine
    self.shape = shape
    self.recipe = recipe
    self.corpus = corpus
    engine.phase = .load
    engine.formats = recipe.formats
    model = LanguageModel(shape, seed: recipe.seed, engine)
    optimizer = Optimizer(recipe, for: &model, engine)
  }

  /// One update: forward and backward for each micro-batch, then the optimizer.
  public mutating func step() -> Outcome {
    var loss: Double? = 0
    for _ in 0..<recipe.accumulate {
      let part = accumulateGradients()
      loss = loss.flatMap { total in part.map { total + $0 / Double(recipe.accumulate) } }
    }
    return Outcome(loss: loss, gradientNorm: update())
  }

  /// Forward and backward of one micro-batch.
  ///
  /// - Returns: the mean loss; nil in a dry run.
  public mutating func accumulateGradients() -> Double? {
    let step = Step(engine: engine, shape: shape, recipe: recipe, pass: passes)
    engine.phase = .forward
    let start = ContinuousClock.now
    let tokens = input(.tokens)
    let targets = input(.targets)
    fill(tokens, targets)
    let forward = model.forward(tokens, targets: targets, step)
    afterForward = AfterForward(
      savedForBackward: engine.ledger.bytes(of: .activation),
      sequence: engine.ledger.events.count - 1)
    let middle = ContinuousClock.now
    engine.phase = .backward
    model.backward(
      forward.saved, tokens: tokens, targets: targets,
      scale: Float(lossScale / Double(recipe.accumulate)), step)
    let end = ContinuousClock.now
    duration[.forward, default: .zero] += middle - start
    duration[.backward, default: .zero] += end - middle
    passes += 1
    return forward.loss
  }

  /// By how much the loss is multiplied before backward: 1, but for binary16.
  public var lossScale: Double { optimizer.lossScale.value }

  /// Clips the gradients, updates the weights, and frees the gradients.
  ///
  /// - Returns: the norm of the gradient before clipping; nil in a dry run and without clipping.
  public mutating func update() -> Double? {
    let start = ContinuousClock.now
    engine.phase = .optimizer
    let norm = optimizer.update(&model, engine)
    duration[.optimizer, default: .zero] += ContinuousClock.now - start
    return norm
  }

  /// Calls `body` with the path of each parameter, the parameter, and its gradient between
  /// backward and the update.
  public mutating func forEachParameter(
    _ body: (_ path: String, _ parameter: borrowing Parameter) -> Void
  ) {
    model.forEachParameter { body($0.path, $0) }
  }

  /// Forgets the gradients.
  public mutating func clearGradients() {
    model.forEachParameter { $0.clearGradient() }
  }

  func input(_ role: TensorRole) -> Tensor {
    engine.make(recipe.batch, recipe.sequence, .input, role, precision: .int64)
  }

  /// Each sequence is a window of the corpus, its targets the same window a token later.
  func fill(_ tokens: borrowing Tensor, _ targets: borrowing Tensor) {
    guard engine.isReal else { return }
    let (x, y) = (tokens.integers, targets.integers)
    for row in 0..<recipe.batch {
      let window = corpus.window(passes * recipe.batch + row, count: recipe.sequence)
      for column in 0..<recipe.sequence {
        x[row * recipe.sequence + column] = window[window.startIndex + column]
        y[row * recipe.sequence + column] = window[window.startIndex + column + 1]
      }
    }
  }
}
