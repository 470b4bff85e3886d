import ArgumentParser
import Catalogue
import Foundation
import Instrument
import Reporting
import Transformer

/// `assay measure`.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a training step and accounts for every byte and FLOP of it.",
    discussion: """
      A layout of several ranks runs as so many processes, which Open MPI starts:

      mpirun -np 4 assay measure gpt2-mini --data 2 --tensor 2

      (as root, or with more ranks than cores, with --allow-run-as-root --oversubscribe). With --dry \
      one process goes through the ranks. --batch and --accumulate are those of a replica.
      """)

  @Argument(help: "A preset, or the path of a config.json.")
  var model: String

  @Flag(help: "Account for the step without computing it.")
  var dry = false

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup(title: "Layout of ranks") var layout: LayoutOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    let shape = try ModelShape(named: model)
    let recipe = recipe.recipe(for: shape)
    let progress = Progress(steps: recipe.steps)
    let measurement = try measure(shape, recipe, progress.show)
    progress.finish()
    // All but the first of several processes have nothing to say.
    if let measurement { try output.write(MeasurementReport(measurement)) }
  }

  private func measure(
    _ shape: ModelShape, _ recipe: Recipe, _ progress: (Int, Double?) -> Void
  ) throws -> Measurement? {
    let layout = layout.layout(
      microbatch: recipe.batch, globalBatch: recipe.batch * recipe.accumulate * self.layout.data)
    guard layout.ranks > 1 || MPI.launched > 1 else {
      return try Measurement.run(shape, recipe, dry: dry, progress: progress)
    }
    return try Measurement.run(shape, recipe, layout, dry: dry, progress: progress)
  }
}

/// A line on a terminal that tells how far a run is; nothing where nobody watches.
private struct Progress {
  let steps: Int
  private let isWatched = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now

  init(steps: Int) { self.steps = steps }

  func show(_ step: Int, _ loss: Double?) {
    guard isWatched, let loss, ContinuousClock.now - start > .seconds(1) else { return }
    let text = String(format: "\rstep %d of %d, loss %.4f", step, steps, loss)
    Console.note(text)
  }

  func finish() {
    guard isWatched else { return }
    Console.note("\r\u{1B}[K")
  }
}
