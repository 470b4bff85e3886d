import Catalogue
import Instrument
import Transformer

/// What a stage does and holds, as a linear function of its layers: recovered from its program with
/// one layer and with two, instead of run with all.
struct StageForm {
  private let one: Probe
  private let two: Probe

  /// The program of a stage with few layers.
  private struct Probe {
    let work: StageWork
    /// Bytes of what is saved for one micro-batch.
    let saved: Int
    /// The most that is held at once in an update of two micro-batches.
    let peak: Int
    /// What replicas can divide, in bytes: optimizer states, gradients, weights.
    let divisible: [Int]

    init(
      _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int, layers: Int
    ) throws(InputError) {
      var small = shape
      small.layers = layers * layout.pipeline
      let rank = Rank(firstOfStage: stage, of: layout)
      let first = try StageWork.Run(small, recipe, rank, microbatches: 1, ledger: Ledger())
      let second = try StageWork.Run(small, recipe, rank, microbatches: 2, ledger: Ledger())
      work = StageWork(first.tally, second.tally, roundSize: 1)
      saved = first.saved
      peak = second.peak
      divisible = [.optimizerState, .gradient, .parameter].map { second.highest[$0, default: 0] }
    }
  }

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as the rank runs it.
  ///   - layout: with one part for each stage.
  ///   - stage: which stage.
  init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int
  ) throws(InputError) {
    one = try Probe(shape, recipe, layout, stage: stage, layers: 1)
    two = try Probe(shape, recipe, layout, stage: stage, layers: 2)
  }

  /// The work of the stage with so many layers.
  func work(layers: Int) -> StageWork {
    StageWork(
      round: one.work.round.extended(by: layers - 1, like: two.work.round),
      roundSize: one.work.roundSize,
      once: one.work.once.extended(by: layers - 1, like: two.work.once))
  }

  /// The most that the stage holds at once, in bytes.
  ///
  /// - Parameters:
  ///   - layers: of the stage.
  ///   - flights: micro-batches under way, parts of one counted as such.
  ///   - probed: micro-batches under way when two have been run.
  ///   - layout: whose replicas divide what ZeRO says.
  func peak(layers: Int, flights: Double, probed: Int, _ layout: Layout) -> Double {
    func extended(_ first: Int, _ second: Int) -> Double {
      Double(first) + Double(layers - 1) * Double(second - first)
    }
    let parts: [Layout.ZeRO] = [.optimizerStates, .gradients, .parameters]
    let divided = zip(parts, zip(one.divisible, two.divisible)).reduce(0.0) { total, part in
      layout.divides(part.0) ? total + extended(part.1.0, part.1.1) : total
    }
    return extended(one.peak, two.peak)
      + (flights - Double(probed)) * extended(one.saved, two.saved)
      - divided * (1 - 1 / Double(layout.data))
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
