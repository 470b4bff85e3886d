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

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String

  @Flag(help: "Account for the step without computing it.")
  var dry = false

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup(title: "Layout of ranks") var layout: LayoutOptions
  @OptionGroup var trace: TraceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try trace.requireWritable(replacing: output.force)
    try OutputFile.requireDistinct([
      ("--output", output.output), ("--trace", trace.trace), ("--events", trace.events),
    ])
    let shape = try ModelShape(named: model)
    let recipe = recipe.recipe(for: shape)
    if !shape.architecture.head.hasScores {
      output.note("\(shape.name) has no loss: it is trained with the head of its pre-training\n")
    }
    let ledger = trace.ledger(dry: dry)
    let measurement = try output.during("measure \(shape.name)") { line in
      try measure(shape, recipe, ledger) { step, loss in
        let loss = loss.map { String(format: ", loss %.4f", $0) } ?? ""
        line.detail("step \(step) of \(recipe.steps)\(loss)")
      }
    }
    // All but the first of several processes have nothing to say.
    guard let measurement else { return }
    try trace.write(shape.name, ledger)
    try output.write(MeasurementReport(measurement))
  }

  private func measure(
    _ shape: ModelShape, _ recipe: Recipe, _ ledger: Ledger, _ progress: (Int, Double?) -> Void
  ) throws -> Transformer.Measurement? {
    try recipe.validate(for: shape)
    let layout = try layout.layout(
      microbatch: recipe.batch, from: "--batch", microbatches: recipe.accumulate)
    try layout.validate(for: shape, recipe)
    guard layout.ranks > 1 || MPI.launched > 1 else {
      return try Measurement.run(shape, recipe, dry: dry, ledger: ledger, progress: progress)
    }
    return try Measurement.run(
      shape, recipe, layout, dry: dry, ledger: ledger, progress: progress)
  }
}
