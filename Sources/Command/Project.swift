import ArgumentParser
import Catalogue
import Projection
import Reporting

/// `assay project`.
struct Project: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what one GPU of a cluster would hold, and how long training would take.",
    discussion: """
      One rank of each stage runs dry, and its allocations go through the rules of PyTorch's caching \
      allocator. --batch and --accumulate follow from --microbatch, --global-batch and --data.
      """)

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String

  @Option(help: "The GPU of each rank (`assay hardware` lists them).", completion: .device)
  var gpu: String?

  @Option(help: "How many GPUs there are: as many as the layout has ranks.")
  var gpus: Int?

  @Option(help: "Sequences that go through a rank at once.")
  var microbatch = Layout().microbatch

  @Option(help: "Sequences of all replicas in one update; by default a micro-batch of each.")
  var globalBatch: Int?

  @Option(
    help: "Pad the vocabulary to a multiple of this for each rank that shares it (Megatron: 128).")
  var padVocabulary = 1

  @Flag(help: "Show utilisation under every convention of counting FLOPs.")
  var conventions = false

  @OptionGroup(title: "Time") var time: TimeOptionGroup
  @OptionGroup(title: "Layout of ranks") var layout: LayoutOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard gpu == nil else { return }
    let option = conventions ? "--conventions" : time.needingDevice
    if let option { throw ValidationError("\(option) needs --gpu, whose time it is about") }
  }

  func run() throws {
    try output.requireWritable()
    let device = try gpu.map { try Device(named: $0) }
    let layout = try chosenLayout()
    try requireRanks(of: layout)
    let shape = try ModelShape(named: model)
      .padded(toMultipleOf: padVocabulary, for: layout)
    recipe.noteBatch(from: "--microbatch, --global-batch and --data", in: output)
    let (recipe, time) = try (recipe.recipe(for: shape), time.options())
    let projection = try output.during("run a rank of each stage of \(shape.name)") { _ in
      try Projection(shape, recipe, layout, on: device, time)
    }
    try output.write(ProjectionReport(projection, showsConventions: conventions))
  }

  private func chosenLayout() throws(InputError) -> Layout {
    let layout = try layout.layout(microbatch: microbatch, from: "--microbatch")
    guard let globalBatch else { return layout }
    return self.layout.layout(microbatch: microbatch, globalBatch: globalBatch)
  }

  private func requireRanks(of layout: Layout) throws(InputError) {
    guard let gpus, gpus != layout.ranks else { return }
    throw InputError(
      "--gpus",
      found: "\(gpus), where --data \(layout.data), "
        + (layout.context > 1 ? "--context \(layout.context), " : "")
        + "--tensor \(layout.tensor) and --pipeline \(layout.pipeline) make \(layout.ranks) ranks",
      expected: "\(layout.ranks)")
  }
}
