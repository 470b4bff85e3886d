import ArgumentParser
import Catalogue
import Transformer

extension Quantisation: ExpressibleByArgument {}
extension Generation.Request.Cache: ExpressibleByArgument {}
extension TrainingPrecision: ExpressibleByArgument {}
extension Recipe.GradientPrecision: ExpressibleByArgument {}
extension Recipe.StatePrecision: ExpressibleByArgument {}
extension Recipe.Optimizer: ExpressibleByArgument {}
extension Recipe.OptimizerImplementation: ExpressibleByArgument {}
extension Recipe.Attention: ExpressibleByArgument {}

extension Recompute: ExpressibleByArgument {
  /// The modes, as they are spelled.
  public static var allValueStrings: [String] { spellings }

  /// What a shell offers: the modes that are complete as they are spelled.
  public static var defaultCompletionKind: CompletionKind {
    .list(spellings.filter { Recompute(rawValue: $0) != nil })
  }
}

extension Convention: ExpressibleByArgument {
  /// The convention of that name.
  public init?(argument: String) {
    guard let convention = Convention.named(argument) else { return nil }
    self = convention
  }

  /// The name.
  public var defaultValueDescription: String { name }

  /// All names.
  public static var allValueStrings: [String] { all.map(\.name) }

  /// What a shell offers.
  public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// How the model is trained.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Sequences per step.")
  var batch = Recipe().batch

  @Option(help: "Tokens per sequence; by default 128, or all positions if there are fewer.")
  var sequence: Int?

  @Option(
    help: "Tokens at the start of each sequence that all see each other, as in a prefix LM.")
  var prefix: Int?

  @Option(
    help: """
      Formats of weights, activations and gradients; bf16 and fp16 with a copy of the weights in \
      fp32, bf16-pure without.
      """)
  var precision = Recipe().precision

  @Option(help: "Gradients in the format of the run, in fp32, or in both.")
  var gradientPrecision = Recipe().gradientPrecision

  @Option(help: "Optimizer states under bf16-pure in its own format, or in fp32.")
  var statePrecision = Recipe().statePrecision

  @Option(help: "The update rule; none ends a step with the gradients.")
  var optimizer = Recipe().optimizer

  @Option(help: "The update in one pass, op by op over all parameters, or parameter by parameter.")
  var optimizerImplementation = Recipe().optimizerImplementation

  @Option(help: "Attention with all scores in memory, or in tiles.")
  var attention = Recipe().attention

  @Option(help: "Which activations are computed twice rather than kept.")
  var recompute = Recipe().recompute

  @Option(help: "Probability of dropping an element.")
  var dropout = Recipe().dropout

  @Option(help: "Micro-batches added up before an update.")
  var accumulate = Recipe().accumulate

  @Option(
    help: """
      Rows that an expert has room for, as a multiple of its even share; those that come later pass \
      it by. By default as many as come.
      """)
  var capacityFactor: Double?

  @Option(help: "What is kept for backward.")
  var convention = Recipe().convention

  @Option(help: "Updates to run. (default: \(Recipe().steps); of a report, 1)")
  var steps: Int?

  @Option(help: "Seed of weights, data and dropout.")
  var seed = Recipe().seed

  @Option(
    help: "A file whose bytes are the training text, instead of a synthetic one.",
    completion: .file())
  var text: String?

  @Option(help: "Step size.")
  var learningRate = Recipe().learningRate

  /// Tells what `--batch` and `--accumulate` do not change, where other options give the batch.
  func noteBatch(from options: String, in output: OutputOptions) {
    let usual = Recipe()
    for (option, value, usual) in [
      ("--batch", batch, usual.batch), ("--accumulate", accumulate, usual.accumulate),
    ] where value != usual {
      output.note("\(option) \(value) changes nothing here: the batch is that of \(options)\n")
    }
  }

  /// The recipe, for a model with that many positions.
  func recipe(for shape: ModelShape) -> Recipe {
    var recipe = Recipe()
    recipe.batch = batch
    recipe.sequence = sequence ?? min(recipe.sequence, shape.positions)
    recipe.prefix = prefix
    recipe.precision = precision
    recipe.gradientPrecision = gradientPrecision
    recipe.statePrecision = statePrecision
    recipe.optimizer = optimizer
    recipe.optimizerImplementation = optimizerImplementation
    recipe.attention = attention
    recipe.recompute = recompute
    recipe.dropout = dropout
    recipe.accumulate = accumulate
    recipe.capacityFactor = capacityFactor
    recipe.convention = convention
    recipe.steps = steps ?? recipe.steps
    recipe.seed = seed
    recipe.text = text
    recipe.learningRate = learningRate
    return recipe
  }
}
