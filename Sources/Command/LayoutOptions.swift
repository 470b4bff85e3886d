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

  /// The layout in which each replica goes through so many micro-batches in an update.
  ///
  /// - Parameters:
  ///   - microbatch: sequences of a micro-batch.
  ///   - option: the option that they come from, for the message.
  ///   - microbatches: of a replica.
  /// - Throws: `InputError` for ranks or sequences that are too many to be counted.
  func layout(
    microbatch: Int, from option: String, microbatches: Int = 1
  ) throws(InputError) -> Layout {
    try layout(microbatch: 1, globalBatch: 1).requireRanks()
    let sequences = Double(data) * Double(microbatch) * Double(microbatches)
    guard abs(sequences) <= Double(ModelShape.largestSize) else {
      throw InputError(
        option,
        found: "\(microbatch), with which all replicas have more than "
          + "\(ModelShape.largestSize) sequences in an update", expected: "fewer of them")
    }
    return layout(microbatch: microbatch, globalBatch: data * microbatch * microbatches)
  }

  /// The layout, for a batch.
  func layout(microbatch: Int, globalBatch: Int) -> Layout {
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
    layout.microbatch = microbatch
    layout.globalBatch = globalBatch
    return layout
  }
}
