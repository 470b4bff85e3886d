import ArgumentParser
import Catalogue
import Foundation
import Reporting
import Transformer

/// `assay measure`.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a training step and accounts for every byte and FLOP of it.")

  @Argument(help: "A preset, or the path of a config.json.")
  var model: String

  @Flag(help: "Account for the step without computing it.")
  var dry = false

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    let shape = try ModelShape(named: model)
    if !shape.architecture.head.hasScores {
      Console.note("\(shape.name) has no loss: it is trained with the head of its pre-training\n")
    }
    let progress = Progress(steps: recipe.steps)
    let measurement = try Measurement.run(
      shape, recipe.recipe(for: shape), dry: dry, progress: progress.show)
    progress.finish()
    try output.write(MeasurementReport(measurement))
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
