import Catalogue
import Instrument
import TestSupport
import Transformer

/// A rank of a layout held to the same training on a single device, and to its own dry run.
public struct RankTest: Sendable, CustomStringConvertible {
  /// The whole model.
  public let shape: ModelShape
  /// How the ranks divide it, and how many sequences they train on.
  public let layout: Layout
  /// How it is trained.
  public let recipe: Recipe

  /// What rounding of sums in another order leaves, as in `NumbersTests`.
  public static let tolerance = 1e-5

  /// - Parameters:
  ///   - shape: the whole model.
  ///   - layout: how the ranks divide it.
  ///   - recipe: how it is trained; the layout has its batch.
  public init(_ shape: ModelShape, _ layout: Layout, _ recipe: Recipe) {
    (self.shape, self.layout, self.recipe) = (shape, layout, recipe)
  }

  /// What a single device's outcome depends on, of all tests of one recipe.
  public struct Batch: Hashable {
    let model: String
    let layers: Int
    let sequences: Int
    let length: Int
  }

  /// The model and the batch, without the layout.
  public var batch: Batch {
    Batch(
      model: shape.name, layers: shape.layers, sequences: layout.globalBatch,
      length: recipe.sequence)
  }

  /// Model and layout.
  public var description: String { "\(shape.name) \(layout.summary)" }

  /// What two updates leave.
  public struct Outcome: Sendable {
    var losses: [Double?] = []
    var norms: [Double?] = []
    /// By path: the places in the whole weight that the rank has, and the first update's gradients.
    var gradients: [String: (places: [Int], values: [Float])] = [:]
  }

  /// What the same training leaves on a single device.
  public func single() throws -> Outcome {
    var whole = Layout()
    (whole.microbatch, whole.globalBatch) = (layout.microbatch, layout.globalBatch)
    return try train(whole.recipe(recipe), on: try Engine(expecting: 1 << 20))
  }

  /// Runs a rank.
  ///
  /// - Parameters:
  ///   - rank: which one.
  ///   - communicator: its way to the others.
  ///   - single: what `single` returns.
  /// - Returns: what is wrong with it; nothing if all is right.
  public func faults(
    _ rank: Rank, _ communicator: any Communicator, against single: Outcome
  ) throws -> [String] {
    let real = try Engine(expecting: 1 << 20, rank: rank, communicator: communicator)
    let own = try train(layout.recipe(recipe), on: real)
    let dry = Engine(dry: Ledger(), rank: rank)
    _ = try train(layout.recipe(recipe), on: dry)
    return compare(own, single, rank) + compare(real, dry)
  }

  private func train(_ recipe: Recipe, on engine: Engine) throws -> Outcome {
    var outcome = Outcome()
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    for update in 0..<2 {
      outcome.losses.append(training.computeGradients())
      if update == 0, engine.isReal {
        training.forEachParameter { path, parameter in
          parameter.withOwnGradient {
            outcome.gradients[path] = (parameter.ownPlaces, $0.values())
          }
        }
      }
      outcome.norms.append(training.update())
    }
    return outcome
  }

  private func compare(_ own: Outcome, _ single: Outcome, _ rank: Rank) -> [String] {
    var faults: [String] = []
    func check(_ actual: Double?, _ expected: Double?, _ what: String, _ tolerance: Double) {
      let error = abs((actual ?? .nan) / (expected ?? .nan) - 1)
      if !(error <= tolerance) {
        faults.append("\(what): \(actual ?? .nan) for \(expected ?? .nan)")
      }
    }
    for update in 0..<2 {
      if rank.isLastStage {
        check(own.losses[update], single.losses[update], "loss \(update)", Self.tolerance)
      } else if own.losses[update] != nil {
        faults.append("a loss in a stage that cannot know it")
      }
      // AdamW makes whole steps of small gradients, and so of their rounding.
      check(own.norms[update], single.norms[update], "norm \(update)", 10 * Self.tolerance)
    }
    for (path, gradient) in own.gradients {
      let isCopy = path == "head.weight" && single.gradients[path] == nil
      guard let all = single.gradients[isCopy ? "embedding.token" : path]?.values else {
        faults.append("\(path) is not in the model")
        continue
      }
      let largest = all.reduce(0) { max($0, abs($1)) }
      let deviation = zip(gradient.places, gradient.values).reduce(Float(0)) { worst, pair in
        let deviation = abs(all[pair.0] - pair.1)
        return deviation.isNaN ? .infinity : max(worst, deviation)
      }
      if !(Double(deviation / largest) <= Self.tolerance) {
        faults.append("gradient of \(path) off by \(deviation) of \(largest)")
      }
    }
    if own.gradients.isEmpty { faults.append("no gradients") }
    return faults
  }

  private func compare(_ real: Engine, _ dry: Engine) -> [String] {
    var faults: [String] = []
    if real.ledger.events != dry.ledger.events { faults.append("events differ from the dry run's") }
    if real.work != dry.work { faults.append("work differs from the dry run's") }
    if real.ledger.total != 0 { faults.append("\(real.ledger.total) bytes are left") }
    return faults
  }
}

extension Layout {
  /// The layout in a few words.
  public var summary: String {
    var parts = [
      "data \(data)", "expert \(expert)", "context \(context)", "tensor \(tensor)",
      "pipeline \(pipeline)",
    ]
    if virtual > 1 { parts.append("virtual \(virtual)") }
    if pipeline > 1 { parts.append(schedule.rawValue) }
    if sequenceParallel { parts.append("sequence-parallel") }
    parts.append("zero \(zero.rawValue)")
    return parts.joined(separator: ", ")
  }
}
