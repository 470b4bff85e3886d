import ArgumentParser
import Catalogue

extension Layout.ZeRO: ExpressibleByArgument {}
extension Layout.Schedule: ExpressibleByArgument {}

/// Numbers of layers, as `7,8,8,7`.
struct PartLayers: ExpressibleByArgument {
  let layers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    layers = parts.compactMap { Int($0) }
    if layers.count < parts.count { return nil }
  }
}

/// How ranks divide the model and the batch.
struct LayoutOptions: ParsableArguments {
  @Option(help: "Replicas of the model, each with its share of the batch.")
  var data = Layout().data

  @Option(help: "Replicas that share the experts of a mixture; needs --capacity-factor.")
  var expert = Layout().expert

  @Option(help: "Ranks that share every sequence.")
  var context = Layout().context

  @Option(help: "Ranks that share every layer.")
  var tensor = Layout().tensor

  @Option(help: "Stages that share the layers.")
  var pipeline = Layout().pipeline

  @Option(help: "Parts of the model that each stage holds; more than one interleaves the stages.")
  var virtual = Layout().virtual

  @Option(help: "Layers of each part, in order, where they are not all the same, such as 7,8,8,7.")
  var partLayers: PartLayers?

  @Option(help: "The order in which a stage goes through its micro-batches.")
  var schedule = Layout().schedule

  @Flag(help: "Divide the residual stream among the ranks that share a layer.")
  var sequenceParallel = false

  @Option(
    help: """
      What replicas divide: nothing, optimizer states, gradients, too, or weights, too (ZeRO).
      """)
  var zero = Layout().zero

  /// The layout, with a batch of so many sequences for each pass of a replica.
  ///
  /// - Throws: `InputError` for a count that no layout has.
  func layout(microbatch: Int, accumulate: Int = 1) throws(InputError) -> Layout {
    var layout = Layout()
    layout.data = data
    layout.expert = expert
    layout.context = context
    layout.tensor = tensor
    layout.pipeline = pipeline
    layout.virtual = virtual
    layout.partLayers = partLayers?.layers
    layout.schedule = schedule
    layout.sequenceParallel = sequenceParallel
    layout.zero = zero
    return try layout.with(microbatch: microbatch, accumulate: accumulate)
  }
}
