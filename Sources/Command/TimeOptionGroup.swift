import ArgumentParser
import Catalogue
import Projection

extension TimeOptions.Overlap: ExpressibleByArgument {}

/// What the time of an update depends on, besides the layout and the recipe.
struct TimeOptionGroup: ParsableArguments {
  @Option(help: "Tokens to train with, such as 300e9.")
  var tokens: Double?

  @Option(
    help: """
      Whose kernels run: \(KernelSet.all.map(\.name).joined(separator: ", ")); by default those \
      that go with the convention.
      """,
    completion: .kernels)
  var kernels: String?

  @Option(
    parsing: .upToNextOption,
    help: "Which messages pass while products run; by default as the kernels' framework does.")
  var overlap: [TimeOptions.Overlap] = []

  @Flag(help: "Let no message pass while products run.")
  var noOverlap = false

  @Option(help: "GPUs of a node.")
  var gpusPerNode = TimeOptions().node

  @Option(help: "GB/s of the network for each GPU, in one direction.")
  var network: Double?

  @Option(help: "Share of the peak that the textbook estimate reckons with.")
  var utilisation = TimeOptions().utilisation

  func validate() throws {
    if noOverlap, !overlap.isEmpty {
      throw ValidationError("--overlap and --no-overlap contradict each other: leave out one")
    }
  }

  /// The first of the options that only a device can give a meaning to, if one was given.
  var needingDevice: String? {
    let options: [(String, Bool)] = [
      ("--tokens", tokens != nil), ("--kernels", kernels != nil), ("--overlap", !overlap.isEmpty),
      ("--no-overlap", noOverlap), ("--gpus-per-node", gpusPerNode != TimeOptions().node),
      ("--network", network != nil), ("--utilisation", utilisation != TimeOptions().utilisation),
    ]
    return options.first { $0.1 }?.0
  }

  /// The options, checked.
  func options() throws(InputError) -> TimeOptions {
    var options = TimeOptions()
    options.kernels = try kernelSet()
    if noOverlap || !overlap.isEmpty { options.overlap = noOverlap ? [] : Set(overlap) }
    options.node = gpusPerNode
    options.networkBandwidth = network.map { $0 * 1e9 }
    options.tokens = tokens
    options.utilisation = utilisation
    try options.validate()
    return options
  }

  private func kernelSet() throws(InputError) -> KernelSet? {
    guard let kernels else { return nil }
    guard let set = KernelSet.named(kernels) else {
      throw InputError(
        "--kernels", found: "\"\(kernels)\"",
        expected: "one of " + KernelSet.all.map(\.name).joined(separator: ", "))
    }
    return set
  }
}
