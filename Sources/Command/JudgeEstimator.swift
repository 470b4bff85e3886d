import ArgumentParser
import Catalogue
import Reporting
import Verification

/// `assay judge`.
struct JudgeEstimator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Scores somebody else's estimator against measurement.",
    discussion: """
      Runs COMMAND once. It reads one JSON object a line, here on several, from standard input:

          {"model": {"family": "gpt2", "layers": 12, "hidden": 768, "heads": 12,
                     "kvHeads": 12, "headDimension": 64, "feedForward": 3072,
                     "vocabulary": 50257, "positions": 1024, "tiedHead": true, …},
           "recipe": {"batch": 4, "sequence": 128, "precision": "fp32", …}}

      and writes one for each to standard output, in the same order, with what it can tell of:

          {"parameters": 124439808, "gradient": 497759232,
           "optimizerState": 995518464, "savedForBackward": 417000000,
           "peak": 2100000000, "flops": {"forward": 150000000000,
           "backward": 300000000000, "recompute": 0}}

      All but parameters and flops are bytes; flops may be one number, of a whole step. Examples/ \
      has adapters of published estimators.
      """)

  @Option(
    help: "A preset, or the path of a config.json, whose architecture all models have.",
    completion: .model)
  var model = "gpt2"

  @Option(help: "Seconds that the command may take.")
  var timeout = 120.0

  @Argument(parsing: .postTerminator, help: "The estimator and its arguments, after --.")
  var command: [String] = []

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if command.isEmpty { throw ValidationError("Missing the estimator's command, after --") }
    guard timeout.isFinite, timeout > 0 else {
      throw ValidationError("--timeout takes a positive number of seconds")
    }
  }

  func run() throws {
    try output.requireWritable()
    let shape = try ModelShape(named: model)
    let (estimator, recipe) = (
      Estimator(command: command, timeout: timeout), recipe.recipe(for: shape)
    )
    let card = try output.during("compare estimates with runs") { _ in
      try Scorecard(of: estimator, model: shape, recipe)
    }
    try output.write(ScorecardReport(card))
  }
}
