import ArgumentParser
import Catalogue
import Projection
import Reporting

/// `assay plan`.
struct Planning: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Ranks the parallel layouts of a cluster for a model by their time.",
    discussion: """
      Every layout that the model, the cluster and the batch allow is compared by closed forms, \
      which are recovered from programs of few layers; the ranks of the fastest run dry, and their \
      allocations go through the rules of PyTorch's caching allocator. --recompute is part of the \
      search; --context and --expert are, as far as they are given.
      """)

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String

  @Option(help: "The GPU of each rank (`assay hardware` lists them).", completion: .device)
  var gpu: String

  @Option(help: "How many GPUs there are.")
  var gpus: Int

  @Option(help: "Sequences of all replicas in one update; by default two for each GPU.")
  var globalBatch: Int?

  @Option(help: "How many layouts to list.")
  var count = 10

  @Option(help: "Ranks that share every sequence, at most.")
  var context = 1

  @Option(
    help: "Replicas that share the experts of a mixture, at most; needs --capacity-factor.")
  var expert = 1

  @Option(
    help: "Pad the vocabulary to a multiple of this for each rank that shares it (Megatron: 128).")
  var padVocabulary = 128

  @OptionGroup(title: "Time") var time: TimeOptionGroup
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try requirePositive("--gpus", gpus)
    try requirePositive("--count", count)
    try requirePositive("--context", context)
    try requirePositive("--expert", expert)
    if let globalBatch { try requirePositive("--global-batch", globalBatch) }
    recipe.noteBatch(from: "--global-batch and of each layout", in: output)
    let shape = try ModelShape(named: model)
    let (recipe, device, options) = try (
      recipe.recipe(for: shape), Device(named: gpu), options()
    )
    try recipe.validate(for: shape)
    let plan = try output.during("compare layouts of \(gpus) GPUs for \(shape.name)") { _ in
      try Plan(
        shape, recipe, on: device, gpus: gpus, globalBatch: globalBatch ?? 2 * gpus, options)
    }
    try output.write(PlanReport(plan))
  }

  private func options() throws -> PlanOptions {
    var options = PlanOptions()
    (options.count, options.padding) = (count, padVocabulary)
    (options.context, options.expert) = (context, expert)
    options.time = try time.options()
    return options
  }

  private func requirePositive(_ option: String, _ value: Int) throws(InputError) {
    guard (1...1_000_000).contains(value) else {
      throw InputError(option, found: "\(value)", expected: "from 1 to 1,000,000")
    }
  }
}
