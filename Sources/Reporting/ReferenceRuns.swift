import Catalogue
import Transformer

/// The runs that the main job makes besides judging claims: reference models, for real where the
/// machine has the memory, and dry where no machine has.
public struct ReferenceRuns: Sendable {
  /// The runs, in their order.
  public let measurements: [Measurement]
  /// What recomputation saves and costs.
  public let recomputation: RecomputeReport

  /// Model, batch, sequence, and whether it is small enough to be computed.
  private static let runs: [(model: String, batch: Int, sequence: Int, dry: Bool)] = [
    ("gpt2-tiny", 8, 64, false), ("gpt2-mini", 8, 128, false), ("gpt2", 4, 64, false),
    ("gpt2-medium", 1, 1024, true), ("gpt2-large", 1, 1024, true), ("gpt2-xl", 1, 1024, true),
    ("gpt3-175b", 1, 2048, true),
  ]

  /// Makes the runs.
  ///
  /// - Parameter progress: called before each with what it is.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public init(progress: (String) -> Void) throws {
    measurements = try Self.runs.map { run in
      progress("\(run.dry ? "account for" : "measure") \(run.model)")
      let shape = try ModelShape(named: run.model)
      var recipe = Recipe()
      recipe.batch = run.batch
      recipe.sequence = run.sequence
      return try Measurement.run(shape, recipe, dry: run.dry)
    }
    recomputation = try RecomputeReport(progress: progress)
  }

  /// What is the same on every machine.
  public var accounts: Table {
    Table(
      "Reference models",
      [
        .text("model"), .number("batch"), .number("sequence"), .text("run"),
        .number("parameters"), .number("saved for backward, bytes"), .number("peak, bytes"),
        .text("peak at"), .number("forward FLOPs"), .number("backward FLOPs"),
        .number("leaked, bytes"),
      ],
      measurements.map { measurement in
        let (bytes, flops) = (measurement.bytes, measurement.flops.matmul)
        return [
          measurement.model.name, "\(measurement.recipe.batch)",
          "\(measurement.recipe.sequence)", measurement.mode.rawValue,
          measurement.model.parameters.grouped, bytes.savedForBackward.grouped,
          bytes.peak.total.grouped, bytes.peak.path, flops.forward.grouped,
          flops.backward.grouped, bytes.leaked.grouped,
        ]
      })
  }

  /// What depends on the machine and the moment.
  public var timings: Table {
    Table(
      "This machine",
      [
        .text("model"), .number("step"), .number("tokens per second"),
        .number("measured bytes"), .number("= ledger"), .number("+ unaccounted"),
        .text("kernels"), .number("peak, GFLOP/s"),
      ],
      measurements.compactMap { measurement in
        guard let seconds = measurement.seconds else { return nil }
        let witness = measurement.bytes.witness
        return [
          measurement.model.name, seconds.step.asSeconds, seconds.tokensPerSecond.decimal(0),
          witness?.measured.grouped ?? "", witness?.ledger.grouped ?? "",
          witness?.unaccounted.grouped ?? "", measurement.environment.blasCore,
          measurement.environment.gemmPeakGFLOPS.decimal(0),
        ]
      })
  }
}
