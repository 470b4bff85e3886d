import Foundation

extension Layout {
  /// Checks the layout by itself and against the model and the recipe, whose batch it replaces.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate(for shape: ModelShape, _ recipe: Recipe) throws(InputError) {
    try requireRanks()
    try requireBatches()
    try requireBatch()
    try requireTensor(shape)
    try requireContext(shape, recipe)
    try requireSequence(shape, recipe)
    try requirePipeline(shape)
    try requireExperts(shape, recipe)
    try requireWeightsInPlace(recipe)
    guard !divides(.optimizerStates) || recipe.optimizer != .adafactor else {
      throw InputError(
        "--optimizer", found: "adafactor, which needs whole matrices, with --zero \(zero.rawValue)",
        expected: "--zero 0, or another optimizer")
    }
  }

  /// Copies of weights last from one forward pass to its backward pass, and weights that are put
  /// together for a while have none.
  private func requireWeightsInPlace(_ recipe: Recipe) throws(InputError) {
    guard recipe.convention.castsWeights, recipe.formats.activation != recipe.formats.parameter,
      pipeline > 1 || divides(.parameters)
    else { return }
    throw InputError(
      "--convention",
      found: "\(recipe.convention.name), which copies weights, with "
        + (pipeline > 1 ? "--pipeline \(pipeline)" : "--zero \(zero.rawValue)"),
      expected: "another convention, such as \(Convention.pytorch.name)")
  }

  /// More devices than any machine has, and few enough that their products are countable.
  private static let mostRanks = 1_000_000

  /// Checks that there are some ranks, and not too many to be counted.
  ///
  /// - Throws: `InputError` that names the option.
  public func requireRanks() throws(InputError) {
    try Self.require([
      ("--data", data, Self.mostRanks), ("--expert", expert, Self.mostRanks),
      ("--context", context, Self.mostRanks), ("--tensor", tensor, Self.mostRanks),
      ("--pipeline", pipeline, Self.mostRanks), ("--virtual", virtual, ModelShape.mostLayers),
    ])
    // Four factors of at most 10⁶ would not fit 64 bits.
    let ranks = [data, context, tensor, pipeline].reduce(1) { $0 * Double($1) }
    guard ranks <= Double(Self.mostRanks) else {
      let shown = String(format: ranks < 0x1p53 ? "%.0f" : "%.0e", ranks)
      throw InputError(
        "--data", found: "\(data), which makes \(shown) ranks",
        expected: "at most \(Self.mostRanks) ranks")
    }
  }

  private func requireBatches() throws(InputError) {
    try Self.require([
      ("--microbatch", microbatch, ModelShape.largestSize),
      ("--global-batch", globalBatch, ModelShape.largestSize),
    ])
  }

  private static func require(
    _ counts: [(option: String, value: Int, most: Int)]
  ) throws(InputError) {
    for (option, value, most) in counts {
      guard value >= 1 else {
        throw InputError(option, found: "\(value)", expected: "a positive integer")
      }
      guard value <= most else {
        throw InputError(option, found: "\(value)", expected: "at most \(most)")
      }
    }
  }

  private func requireBatch() throws(InputError) {
    let share = data * microbatch
    guard globalBatch % share == 0 else {
      throw InputError(
        "--global-batch",
        found: "\(globalBatch), which \(data) replicas with micro-batches of \(microbatch) do not "
          + "divide",
        expected: "a multiple of \(share)")
    }
  }

  private func requireTensor(_ shape: ModelShape) throws(InputError) {
    let sizes = [
      ("heads", shape.heads), ("heads of keys and values", shape.kvHeads),
      ("feed-forward elements", shape.feedForward), ("tokens in the vocabulary", shape.vocabulary),
    ]
    for (what, size) in sizes where size % tensor != 0 {
      throw InputError(
        "--tensor", found: "\(tensor), which does not divide the \(size) \(what) of \(shape.name)",
        expected: "a divisor of it")
    }
  }

  private func requireSequence(_ shape: ModelShape, _ recipe: Recipe) throws(InputError) {
    guard sequenceParallel else { return }
    guard !shape.hasEncoder else {
      throw InputError(
        "--sequence-parallel", found: "\(shape.name), which is an encoder–decoder",
        expected: "a model without an encoder's output that all of its tokens read")
    }
    guard tensor > 1 else {
      throw InputError(
        "--sequence-parallel", found: "--tensor \(tensor)", expected: "--tensor of 2 or more")
    }
    let own = recipe.sequence / context
    guard own % tensor == 0 else {
      throw InputError(
        "--sequence", found: "\(own), which --tensor \(tensor) does not divide",
        expected: "a multiple of it, with --sequence-parallel")
    }
  }

  private func requirePipeline(_ shape: ModelShape) throws(InputError) {
    guard pipeline == 1 || !shape.hasEncoder else {
      throw InputError(
        "--pipeline", found: "\(pipeline), for \(shape.name), which is an encoder–decoder",
        expected: "1")
    }
    try requireParts(shape)
    guard virtual > 1 else { return }
    guard pipeline > 1 else {
      throw InputError(
        "--virtual", found: "\(virtual) with --pipeline 1", expected: "--pipeline of 2 or more")
    }
    guard schedule == .oneForwardOneBackward else {
      throw InputError(
        "--virtual", found: "\(virtual) with --schedule \(schedule.rawValue)",
        expected: "--schedule 1f1b")
    }
    guard microbatches % pipeline == 0 else {
      throw InputError(
        "--global-batch", found: "\(globalBatch), which makes \(microbatches) micro-batches",
        expected: "a multiple of \(pipeline) of them, with --virtual \(virtual)")
    }
  }

  private func requireParts(_ shape: ModelShape) throws(InputError) {
    if let partLayers { return try requireParts(partLayers, shape) }
    guard shape.layers % partCount == 0 else {
      let option = virtual == 1 ? "--pipeline" : "--virtual"
      let parts = virtual == 1 ? "\(pipeline)" : "\(virtual) for each of \(pipeline) stages"
      throw InputError(
        option,
        found: "\(parts), which does not divide the \(shape.layers) layers of \(shape.name)",
        expected: "a divisor of it")
    }
  }

  private func requireParts(_ layers: [Int], _ shape: ModelShape) throws(InputError) {
    let isComplete =
      layers.count == partCount && layers.allSatisfy { (0...shape.layers).contains($0) }
      && layers.reduce(0, +) == shape.layers
    guard isComplete else {
      throw InputError(
        "--part-layers", found: layers.map(String.init).joined(separator: ","),
        expected: "as many numbers as there are parts (\(partCount)), adding up to "
          + "\(shape.layers), the layers of \(shape.name)")
    }
  }
}
