import Catalogue
import Instrument
import Transformer

/// What a stage does and holds, as a linear function of its layers: recovered from its program with
/// one layer and with two, instead of run with all.
struct StageForm {
  private let one: Probe
  private let two: Probe
  /// Micro-batches that the probed stage has under way.
  private let underWay: Int

  /// The programs of a stage with few layers: of as many micro-batches as it has under way, and of
  /// one more, which starts when gradients are there.
  private struct Probe {
    let work: StageWork
    /// Bytes of what is saved for one micro-batch.
    let saved: Int
    /// The most that is held at once in each phase, where all micro-batches are under way.
    let shallow: [Phase: Int]
    /// The same with one micro-batch more.
    let steady: [Phase: Int]

    init(
      _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank, layers: Int, underWay: Int
    ) throws(InputError) {
      var small = shape
      small.layers = layers * rank.layout.pipeline
      let first = try StageWork.Run(
        small, recipe, rank, microbatches: underWay, ledger: Ledger())
      let second = try StageWork.Run(
        small, recipe, rank, microbatches: underWay + 1, ledger: Ledger())
      work = StageWork(first.tally, second.tally, rounds: underWay, roundSize: 1)
      (saved, shallow, steady) = (first.saved / underWay, first.peaks, second.peaks)
    }
  }

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as the rank runs it.
  ///   - rank: the first of a stage, in a layout with one stage or two and one part for each.
  init(_ shape: ModelShape, _ recipe: Recipe, _ rank: Rank) throws(InputError) {
    underWay = rank.layout.pipeline - rank.stage
    one = try Probe(shape, recipe, rank, layers: 1, underWay: underWay)
    two = try Probe(shape, recipe, rank, layers: 2, underWay: underWay)
  }

  /// The work of the stage with so many layers.
  func work(layers: Int) -> StageWork {
    StageWork(
      round: one.work.round.extended(by: layers - 1, like: two.work.round),
      roundSize: one.work.roundSize,
      once: one.work.once.extended(by: layers - 1, like: two.work.once))
  }

  /// How micro-batches follow each other.
  enum Flow {
    /// A backward pass makes room for the next forward pass, when gradients are there.
    case steady
    /// All forward passes come first; the first backward pass then makes gradients, while all
    /// others are under way.
    case shallow
    /// The same, part by part: these give up what they keep as their gradients appear.
    case shallowInterleaved
  }

  /// The most that the stage holds at once, in bytes: the most of its phases, each of which grows in
  /// its own way.
  ///
  /// - Parameters:
  ///   - layers: of the stage.
  ///   - flights: micro-batches under way, parts of one counted as such. What they keep is held until
  ///     their backward pass is over.
  ///   - flow: how they follow each other.
  func peak(layers: Int, flights: Double, _ flow: Flow) -> Double {
    func extended(_ first: Int, _ second: Int) -> Double {
      Double(first) + Double(layers - 1) * Double(second - first)
    }
    let (first, second) =
      flow == .steady ? (one.steady, two.steady) : (one.shallow, two.shallow)
    let others = flights - Double(underWay)
    // Of all that the probe has under way, one is left when the gradients of a part are there.
    let further: [Phase: Double] = [
      .load: 0, .forward: others, .backward: flow == .shallowInterleaved ? -1 : others,
      .optimizer: 0,
    ]
    return further.reduce(0.0) { most, added in
      let peak = extended(first[added.key, default: 0], second[added.key, default: 0])
      return max(most, peak + added.value * extended(one.saved, two.saved))
    }
  }
}

extension StageWork.Tally {
  /// The counts of a stage with `layers` layers more, each of which adds what `next` has more.
  fileprivate func extended(by layers: Int, like next: StageWork.Tally) -> StageWork.Tally {
    func extended<Key>(_ counts: [Key: Int], _ next: [Key: Int]) -> [Key: Int] {
      var sum = counts
      for key in Set(counts.keys).union(next.keys) {
        sum[key, default: 0] += layers * (next[key, default: 0] - counts[key, default: 0])
      }
      return sum.filter { $0.value != 0 }
    }
    var tally = self
    for stage in Set(kernels.keys).union(next.kernels.keys) {
      tally.kernels[stage] = extended(kernels[stage] ?? [:], next.kernels[stage] ?? [:])
    }
    tally.messages = extended(messages, next.messages)
    return tally
  }
}
