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
  @OptionGroup var trace: TraceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try trace.requireWritable(replacing: output.force)
    let shape = try ModelShape(named: model)
    if !output.quiet, !shape.architecture.head.hasScores {
      Console.note("\(shape.name) has no loss: it is trained with the head of its pre-training\n")
    }
    let progress = Progress(steps: recipe.steps, isQuiet: output.quiet)
    let ledger = trace.ledger(dry: dry)
    let measurement = try Measurement.run(
      shape, recipe.recipe(for: shape), dry: dry, ledger: ledger, progress: progress.show)
    progress.finish()
    try trace.write(shape.name, ledger)
    try output.write(MeasurementReport(measurement))
  }
}

/// A line on a terminal that tells how far a run is; nothing where nobody watches.
private struct Progress {
  let steps: Int
  private let isWatched: Bool
  private let start = ContinuousClock.now

  init(steps: Int, isQuiet: Bool) {
    self.steps = steps
    isWatched = !isQuiet && isatty(STDERR_FILENO) == 1
  }

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
