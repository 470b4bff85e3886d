import Catalogue
import Instrument
import Transformer

/// A dry update of one rank of a stage, and what the caching allocator makes of it.
struct StageRun {
  let stage: Int
  let bytes: Projection.Bytes
  let simulation: Simulation
  let communication: [RankMeasurement.Messages]

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as the rank runs it.
  ///   - layout: what the rank is part of.
  ///   - stage: which stage; of its ranks the first, whose shares are the largest.
  ///   - workspace: bytes that the library of matrix products takes.
  init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int, workspace: Int
  ) throws(InputError) {
    let rank = Rank(stage * layout.tensor * layout.data, of: layout)
    var short = recipe
    short.accumulate = Self.enough(recipe.accumulate, layout)
    let (engine, saved) = try Self.run(shape, short, rank)
    let ledger = engine.ledger
    simulation = Simulation(AllocationStream(ledger, workspace: workspace))
    self.stage = stage
    bytes = Projection.Bytes(
      parameter: ledger.highest[.parameter, default: 0],
      gradient: ledger.highest[.gradient, default: 0],
      optimizerState: ledger.highest[.optimizerState, default: 0], savedForBackward: saved,
      temporary: ledger.highest[.temporary, default: 0], workspace: workspace,
      peakAllocated: simulation.atPeakAllocated.allocated,
      peakReserved: simulation.atPeakReserved.reserved)
    communication = try Self.messages(engine, shape, short, recipe.accumulate, rank)
  }

  private static func run(
    _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank
  ) throws(InputError) -> (engine: Engine, saved: Int) {
    let engine = Engine(dry: Ledger(), rank: rank)
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.step()
    return (engine, training.afterForward.savedForBackward)
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
    _ engine: Engine, _ shape: ModelShape, _ short: Recipe, _ microbatches: Int, _ rank: Rank
  ) throws(InputError) -> [RankMeasurement.Messages] {
    let found = RankMeasurement.Messages.list(engine.work.communications, steps: 1)
    guard microbatches > short.accumulate else { return found }
    var shorter = short
    shorter.accumulate -= round(rank.layout)
    let fewer = RankMeasurement.Messages.list(
      try run(shape, shorter, rank).engine.work.communications, steps: 1)
    let more = microbatches - short.accumulate
    return found.map { messages in
      let before = fewer.first { $0.kind == messages.kind && $0.group == messages.group }
      return messages.extended(by: more, like: before, over: round(rank.layout))
    }
  }
}

extension RankMeasurement.Messages {
  /// The messages of further micro-batches, of which `step` made these out of `before`.
  fileprivate func extended(
    by more: Int, like before: RankMeasurement.Messages?, over step: Int
  ) -> RankMeasurement.Messages {
    func extended(_ value: (RankMeasurement.Messages) -> Int) -> Int {
      value(self) + (value(self) - (before.map(value) ?? 0)) * more / step
    }
    return RankMeasurement.Messages(
      kind: kind, group: group, members: members, count: extended(\.count),
      bytes: extended(\.bytes), passed: extended(\.passed))
  }
}
