import Catalogue
import Instrument
import Transformer

/// A dry update of one rank of a stage, and what the caching allocator makes of it. Tensor cores read
/// 16 bits, so the workspaces are left out in which products of such are widened here.
public struct StageRun: Sendable {
  /// The stage.
  public let stage: Int
  /// Its memory.
  public let bytes: Projection.Bytes
  /// The allocator's account, up to the end of the update.
  public let simulation: Simulation
  /// What the rank says to others in the update.
  public let communication: [RankMeasurement.Messages]
  /// What is held besides the program's tensors.
  let holdings: [Holding]

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as the rank runs it.
  ///   - layout: what the rank is part of.
  ///   - stage: which stage; of its ranks the first, whose shares are the largest.
  ///   - holdings: what is held besides the program's tensors.
  ///   - settings: how the allocator is set.
  ///   - makesStatesLate: whether the optimizer makes its states in its first update; there is a
  ///     second one then, which meets them where they came to lie.
  /// - Throws: `InputError` for a text that cannot be read.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int,
    holding holdings: [Holding], _ settings: AllocatorSettings = AllocatorSettings(),
    makesStatesLate: Bool = false
  ) throws(InputError) {
    let rank = Rank(firstOfStage: stage, of: layout)
    var short = recipe
    short.accumulate = Self.enough(recipe.accumulate, layout)
    let run = try Run(shape, short, rank, holdings, makesStatesLate: makesStatesLate)
    let highest = run.engine.ledger.highest
    simulation = Simulation(run.stream, settings)
    self.stage = stage
    self.holdings = holdings
    bytes = Projection.Bytes(
      parameter: highest[.parameter, default: 0],
      gradient: highest[.gradient, default: 0],
      optimizerState: highest[.optimizerState, default: 0], savedForBackward: run.saved,
      temporary: highest[.temporary, default: 0],
      workspace: holdings.reduce(0) { $0 + $1.bytes },
      peakAllocated: simulation.atPeakAllocated.allocated,
      peakReserved: simulation.atPeakReserved.reserved)
    communication = try Self.messages(run, shape, short, recipe.accumulate, rank)
  }

  /// What dry updates leave behind.
  private struct Run {
    let engine: Engine
    let updates: Int
    let saved: Int
    let stream: AllocationStream

    init(
      _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank, _ holdings: [Holding],
      makesStatesLate: Bool = false
    ) throws(InputError) {
      let engine = Engine(dry: Ledger(), rank: rank)
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.computeGradients()
      let firstUpdate = engine.ledger.events.count
      _ = training.update()
      updates = makesStatesLate ? 2 : 1
      if makesStatesLate { _ = training.step() }
      self.engine = engine
      // While the run goes on, and holds what it holds between updates.
      stream = AllocationStream(
        engine.ledger, holding: holdings, skipping: [.productWorkspace],
        firstUpdate: makesStatesLate ? firstUpdate : nil)
      saved = training.afterForward.savedForBackward
    }
  }

  /// Micro-batches after which a stage only repeats itself: it is full when the first have passed
  /// all stages, and takes turns from then on. Under GPipe every one adds to what it holds.
  private static func enough(_ microbatches: Int, _ layout: Layout) -> Int {
    layout.schedule == .gpipe && layout.pipeline > 1
      ? microbatches : min(microbatches, 2 * round(layout))
  }

  private static func round(_ layout: Layout) -> Int { max(2, layout.pipeline) }

  /// The messages of all micro-batches: each round of them adds the same.
  private static func messages(
    _ run: Run, _ shape: ModelShape, _ short: Recipe, _ microbatches: Int, _ rank: Rank
  ) throws(InputError) -> [RankMeasurement.Messages] {
    let found = RankMeasurement.Messages.list(
      run.engine.work.communications, steps: run.updates)
    guard microbatches > short.accumulate else { return found }
    var shorter = short
    shorter.accumulate -= round(rank.layout)
    let fewer = RankMeasurement.Messages.list(
      try Run(shape, shorter, rank, []).engine.work.communications, steps: 1)
    let more = microbatches - short.accumulate
    return found.map { messages in
      let before = fewer.first { $0.kind == messages.kind && $0.group == messages.group }
      return messages.extended(by: more, like: before, over: round(rank.layout))
    }
  }
}
