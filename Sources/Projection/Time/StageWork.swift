import Catalogue
import Instrument
import Transformer

/// What a rank of a stage does in an update: what each micro-batch takes, and what comes once.
///
/// Two dry runs tell them apart, of as many micro-batches as make a round, and of twice as many.
struct StageWork {
  /// Work of one round of micro-batches.
  let round: Tally
  /// Micro-batches of a round.
  let roundSize: Int
  /// Work of an update besides.
  let once: Tally

  /// How often each kernel ran and each message was sent.
  struct Tally: Equatable {
    var kernels: [Work.Stage: [Kernel: Int]] = [:]
    var messages: [Message: Int] = [:]

    init(_ work: Work) {
      kernels = work.accounts.mapValues(\.kernels)
      for communication in work.communications {
        messages[Message(communication), default: 0] += 1
      }
    }

    /// What `whole` has more than `part`.
    init(_ whole: Tally, without part: Tally) {
      kernels = Dictionary(
        uniqueKeysWithValues: whole.kernels.map { stage, kernels in
          (stage, kernels.subtracting(part.kernels[stage] ?? [:]))
        })
      messages = whole.messages.subtracting(part.messages)
    }
  }

  /// Messages that take the same time.
  struct Message: Hashable {
    let kind: Communication.Kind
    let group: RankGroup
    let stage: Work.Stage
    let role: TensorRole?
    let bytes: Int

    /// Whether it can pass while gradients of weights are made: all of backward but the gradients
    /// that those are made of.
    var isHidden: Bool {
      stage == .backward && !(kind == .allGather && role == .activationGradient)
    }

    init(_ communication: Communication) {
      (kind, group) = (communication.kind, communication.group)
      (stage, role, bytes) = (communication.stage, communication.role, communication.bytes)
    }
  }

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as the rank runs it.
  ///   - layout: what the rank is part of.
  ///   - stage: which stage; of its ranks the first, whose shares are the largest.
  init(_ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int) throws(InputError) {
    let size = layout.virtual > 1 ? layout.pipeline : 1
    let rank = Rank(firstOfStage: stage, of: layout)
    self.init(
      try Run(shape, recipe, rank, microbatches: size).tally,
      try Run(shape, recipe, rank, microbatches: 2 * size).tally, roundSize: size)
  }

  /// - Parameters:
  ///   - first: of an update of `rounds` rounds of micro-batches.
  ///   - second: of an update of one more.
  ///   - rounds: of the first.
  ///   - roundSize: micro-batches of a round.
  init(_ first: Tally, _ second: Tally, rounds: Int = 1, roundSize: Int) {
    let round = Tally(second, without: first)
    let once = (0..<rounds).reduce(first) { rest, _ in Tally(rest, without: round) }
    self.init(round: round, roundSize: roundSize, once: once)
  }

  /// - Parameters:
  ///   - round: work of one round of micro-batches.
  ///   - roundSize: micro-batches of a round.
  ///   - once: work of an update besides.
  init(round: Tally, roundSize: Int, once: Tally) {
    (self.round, self.roundSize, self.once) = (round, roundSize, once)
  }

  /// A dry update.
  struct Run {
    let tally: Tally
    /// Bytes of what is saved for one micro-batch.
    let saved: Int
    /// The most that is held at once in each phase; nothing where the ledger does not record.
    let peaks: [Phase: Int]

    init(
      _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank, microbatches: Int,
      ledger: Ledger = Ledger(isRecording: false)
    ) throws(InputError) {
      var recipe = recipe
      recipe.accumulate = microbatches
      let engine = Engine(dry: ledger, rank: rank)
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
      tally = Tally(engine.work)
      saved = training.afterForward.savedForBackward
      peaks = ledger.peakByPhase
    }
  }
}

extension Dictionary where Value == Int {
  /// The counts less those of `other`; what is left of none is left out.
  fileprivate func subtracting(_ other: [Key: Int]) -> [Key: Int] {
    var rest = self
    for (key, count) in other { rest[key, default: 0] -= count }
    return rest.filter { $0.value != 0 }
  }
}
