import ArgumentParser
import Catalogue
import Reporting
import Transformer

/// `assay generate`.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generates tokens with a KV cache, and accounts for every byte and FLOP of it.",
    discussion: """
      The model has the weights that training starts from; each token is the likeliest. The cache \
      has room for the prompt and for all that is generated but the last token, which is not read.
      """)

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String

  @Flag(help: "Account for the run without computing it.")
  var dry = false

  @Option(help: "Sequences side by side.")
  var batch = Generation.Request().batch

  @Option(help: "Tokens of the prompt, of each sequence.")
  var prompt = Generation.Request().prompt

  @Option(help: "Tokens to generate, of each sequence.")
  var tokens = Generation.Request().tokens

  @Option(help: "Format of weights, activations and cache.")
  var precision = Generation.Request().precision

  @Option(help: "Weights of linear layers as integers, with scales.")
  var weights: Quantisation?

  @Option(help: "Format of the KV cache; by default that of activations.")
  var cache: Generation.Request.Cache?

  @Option(help: "Attention of the prompt with all scores in memory, or in tiles.")
  var attention = Generation.Request().attention

  @Option(help: "Seed of the weights and of the prompt.")
  var seed = Generation.Request().seed

  @Option(
    help: "A file whose bytes the prompt is cut from, instead of a synthetic one.",
    completion: .file())
  var text: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    var request = Generation.Request()
    request.batch = batch
    request.prompt = prompt
    request.tokens = tokens
    request.precision = precision
    request.weights = weights
    request.cache = cache
    request.attention = attention
    request.seed = seed
    request.text = text
    let shape = try ModelShape(named: model)
    let generation = try output.during("generate with \(shape.name)") { line in
      try Generation.run(shape, request, dry: dry) { line.detail("token \($0) of \(tokens)") }
    }
    try output.write(GenerationReport(generation))
  }
}
