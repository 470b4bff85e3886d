import BasicContainers
import Catalogue
import Instrument

/// A training run: a model, its optimizer and its data, advanced one step at a time.
public struct Training: ~Copyable {
  let engine: Engine
  let shape: ModelShape
  let recipe: Recipe
  let corpus: Corpus
  private let schedule: PipelineSchedule
  var stage: Stage
  private var optimizer: Optimizer
  /// Micro-batches under way through each part, the oldest first.
  var flights: UniqueArray<UniqueArray<Flight>>
  /// Micro-batches of the updates so far.
  private var finished = 0
  /// Whether gradients are those of an update that is over.
  private var isUpdated = false

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

  /// A micro-batch between its forward and its backward pass.
  struct Flight: ~Copyable {
    let step: Step
    let batch: Batch
    let saved: LanguageModel.Saved
  }

  /// Allocates and initialises everything that lives as long as the run. A model without a head
  /// gets the one that it is pre-trained with.
  ///
  /// - Parameters:
  ///   - shape: the whole model.
  ///   - recipe: how it is trained, as one rank runs it.
  ///   - corpus: what it is trained on.
  ///   - engine: what it runs on, with the rank that this is.
  public init(_ shape: ModelShape, _ recipe: Recipe, _ corpus: Corpus, on engine: Engine) {
    var shape = shape
    shape.architecture.head = shape.architecture.head.trained
    self.engine = engine
    self.shape = shape.share(of: engine.rank)
    self.recipe = recipe
    self.corpus = corpus
    schedule = PipelineSchedule(engine.rank, microbatches: recipe.accumulate)
    engine.phase = .load
    engine.formats = recipe.formats
    stage = Stage(shape, seed: recipe.seed, engine)
    if recipe.convention.addsGradientsApart { stage.forEachParameter { $0.addsApart = true } }
    optimizer = Optimizer(recipe, for: &stage, engine)
    if recipe.convention.keepsGradients { stage.forEachParameter { $0.zeroGradient() } }
    flights = UniqueArray()
    for _ in 0..<stage.parts.count { flights.append(UniqueArray()) }
  }

  /// A training on an engine of its own, which accounts for one update.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - layout: how devices share it; this is the first of them then, dry.
  ///   - dry: account without computing.
  /// - Throws: `InputError` for a recipe that the model cannot run, or that memory cannot hold, and
  ///   `MissingComponent` where OpenBLAS is not installed.
  init(_ shape: ModelShape, _ recipe: Recipe, layout: Layout? = nil, dry: Bool) throws {
    try recipe.validate(for: shape)
    try layout?.validate(for: shape, recipe)
    let engine =
      if let layout {
        Engine(dry: Ledger(), rank: Rank(0, of: layout))
      } else if dry {
        Engine(dry: Ledger())
      } else {
        try Engine(expecting: Measurement.requireFit(shape, recipe))
      }
    self.init(shape, recipe, try Corpus(for: recipe, shape), on: engine)
  }

  /// One update: forward and backward for each micro-batch, then the optimizer.
  public mutating func step() -> Outcome {
    let loss = computeGradients()
    return Outcome(loss: loss, gradientNorm: update())
  }

  /// Forward and backward of all micro-batches of an update, and the sums over the other ranks.
  ///
  /// - Returns: the mean loss; nil in a dry run, and in all but the last pipeline stage.
  public mutating func computeGradients() -> Double? {
    forgetOldGradients()
    var loss: Double? = engine.rank.isLastStage ? 0 : nil
    for pass in schedule.passes {
      switch pass.direction {
      case .forward:
        let part = forward(microbatch: pass.microbatch, through: pass.chunk)
        guard stage.parts[pass.chunk].part.isLast else { continue }
        loss = loss.flatMap { total in part.map { total + $0 / Double(recipe.accumulate) } }
      case .backward: backward(through: pass.chunk)
      }
    }
    finished += recipe.accumulate
    stage.forEachParameter { $0.finishGradient() }
    let replicas = engine.rank.layout.replicas
    return engine.allReduce(loss.map { $0 / Double(replicas) }, over: .data)
  }

  /// Forward and backward of one micro-batch, on one rank.
  ///
  /// - Returns: the mean loss; nil in a dry run.
  public mutating func accumulateGradients() -> Double? {
    forgetOldGradients()
    let loss = forward(microbatch: 0, through: 0)
    backward(through: 0)
    finished += 1
    return loss
  }

  /// The forward pass of a micro-batch through a part of the model.
  ///
  /// - Returns: the mean loss; nil in a dry run, and in a part that does not know it.
  private mutating func forward(microbatch: Int, through chunk: Int) -> Double? {
    let rank = engine.rank
    let number = (finished + microbatch) * rank.layout.data + rank.data
    let step = Step(
      engine: engine, shape: shape, recipe: recipe, pass: number, microbatch: microbatch)
    engine.phase = .forward
    let start = ContinuousClock.now
    let batch = Batch(corpus, step, for: stage.parts[chunk].part)
    let passed = stage.parts[chunk].forward(batch, step)
    let saved = engine.ledger.bytes(of: .activation)
    if saved >= afterForward.savedForBackward {
      afterForward = AfterForward(
        savedForBackward: saved, sequence: engine.ledger.events.count - 1)
    }
    duration[.forward, default: .zero] += ContinuousClock.now - start
    let loss = passed.loss
    flights[chunk].append(Flight(step: step, batch: batch, saved: passed.saved))
    return loss
  }

  /// The backward pass of the oldest micro-batch under way through a part of the model.
  private mutating func backward(through chunk: Int) {
    engine.phase = .backward
    let start = ContinuousClock.now
    let flight = flights[chunk].remove(at: 0)
    let shares = recipe.accumulate * engine.rank.layout.replicas
    stage.parts[chunk].backward(
      flight.saved, flight.batch, scale: Float(lossScale / Double(shares)), flight.step)
    duration[.backward, default: .zero] += ContinuousClock.now - start
  }

  /// By how much the loss is multiplied before backward: 1, but for binary16.
  public var lossScale: Double { optimizer.lossScale.value }

  /// Clips the gradients, updates the weights, and frees the gradients.
  ///
  /// - Returns: the norm of the gradient before clipping; nil in a dry run and without clipping.
  public mutating func update() -> Double? {
    let start = ContinuousClock.now
    engine.phase = .optimizer
    let norm = optimizer.update(&stage, engine)
    isUpdated = true
    duration[.optimizer, default: .zero] += ContinuousClock.now - start
    return norm
  }

  /// Calls `body` with the path of each parameter, the parameter, and its gradient between
  /// backward and the update.
  public mutating func forEachParameter(
    _ body: (_ path: String, _ parameter: borrowing Parameter) -> Void
  ) {
    stage.forEachParameter { body($0.path, $0) }
  }

  /// Forgets the gradients.
  public mutating func clearGradients() {
    let keeps = recipe.convention.keepsGradients
    stage.forEachParameter { if keeps { $0.zeroGradient() } else { $0.clearGradient() } }
  }

  /// Gradients that have buffers of their own stay there until the next step begins.
  private mutating func forgetOldGradients() {
    if isUpdated, recipe.convention.keepsGradients { clearGradients() }
    isUpdated = false
  }
}
