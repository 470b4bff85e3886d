import Catalogue
import Instrument
import Transformer

extension Projection {
  /// Projects a training run to a cluster.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained; the layout has its batch.
  ///   - layout: how ranks divide both.
  ///   - device: what each rank has; nil where that is not asked.
  ///   - options: what time depends on besides.
  /// - Throws: `InputError` for a layout that the model does not allow.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, on device: Device? = nil,
    _ options: TimeOptions = TimeOptions()
  ) throws(InputError) {
    try layout.validate(for: shape, recipe)
    let own = layout.recipe(recipe)
    try own.validate(for: shape)
    let workspace = Holding.cuBLAS(computeCapability: device?.computeCapability)
    let holdings = [workspace]
    var runs: [StageRun] = []
    for stage in 0..<layout.pipeline {
      runs.append(
        try StageRun(shape, own, layout, stage: stage, holding: holdings))
    }
    let fullest = runs.max { $0.bytes.peakReserved < $1.bytes.peakReserved }!
    self.recipe = own
    self.layout = layout
    self.device = device
    model = ParameterCount(shape).model
    ranks = runs.map {
      StageRank(stage: $0.stage, bytes: $0.bytes, communication: $0.communication)
    }
    let capacity = device?.memory.capacity
    headroom = capacity.map { $0 - fullest.bytes.peakReserved }
    fits = headroom.map { $0 >= 0 }
    maxMicrobatch = try capacity.map { capacity throws(InputError) in
      try Self.largestMicrobatch(
        shape, recipe, layout, fullest: fullest.stage, holdings, within: capacity)
    }
    maxGlobalBatch = maxMicrobatch.map { $0 * layout.data * layout.microbatches }
    remedy =
      fits == false
      ? try Remedy.find(shape, recipe, layout, microbatch: maxMicrobatch ?? 0) {
        recipe, layout throws(InputError) in
        try Self.fits(shape, recipe, layout, holdings, within: capacity ?? 0)
      } : nil
    communication = Traffic(runs)
    time = try device.map { device throws(InputError) in
      try ProjectedTime(shape, own, layout, on: device, options)
    }
    terms = Self.terms(of: fullest)
    bases = Self.bases(on: device, options, workspace: workspace)
  }

  /// Whether no stage reserves more than `capacity`.
  private static func fits(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, _ holdings: [Holding],
    within capacity: Int
  ) throws(InputError) -> Bool {
    for stage in 0..<layout.pipeline {
      let run = try StageRun(
        shape, layout.recipe(recipe), layout, stage: stage, holding: holdings)
      if run.bytes.peakReserved > capacity { return false }
    }
    return true
  }

  /// The largest micro-batch with which no stage reserves more than `capacity`; 0 if there is none.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - layout: how ranks divide both.
  ///   - fullest: the stage that reserves most with the layout's own micro-batch. With a larger one
  ///     it may be another: logits grow with tokens, and states do not.
  ///   - holdings: what is held besides.
  ///   - capacity: bytes of a device.
  private static func largestMicrobatch(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, fullest: Int,
    _ holdings: [Holding], within capacity: Int
  ) throws(InputError) -> Int {
    let others = (0..<layout.pipeline).filter { $0 != fullest }
    var most: Int?
    for stage in [fullest] + others {
      most = try largestMicrobatch(
        shape, recipe, layout, stage: stage, holdings, within: capacity, atMost: most)
    }
    return most ?? 0
  }

  /// The largest micro-batch, up to `atMost`, with which a stage reserves no more than `capacity`.
  private static func largestMicrobatch(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, stage: Int,
    _ holdings: [Holding], within capacity: Int, atMost: Int?
  ) throws(InputError) -> Int {
    func fits(_ microbatch: Int) throws(InputError) -> Bool {
      var layout = layout
      layout.globalBatch = microbatch * layout.data * layout.microbatches
      layout.microbatch = microbatch
      let run = try StageRun(
        shape, layout.recipe(recipe), layout, stage: stage, holding: holdings)
      return run.bytes.peakReserved <= capacity
    }
    if atMost == 0 { return 0 }
    if let atMost, try fits(atMost) { return atMost }
    var (low, high) = (0, atMost ?? 1)
    while atMost == nil, high <= mostMicrobatch, try fits(high) { (low, high) = (high, 2 * high) }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try fits(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// More sequences than anybody gives a device at once.
  private static let mostMicrobatch = 1 << 16

  private static func terms(of run: StageRun) -> [Term] {
    let moment = run.simulation.atPeakReserved
    let program = "the program of stage \(run.stage), run dry, when its reserved memory is highest"
    let held = moment.byCategory.map { category in
      let holding = run.holdings.first { $0.name == category.category }
      return Term(
        name: category.category, bytes: category.bytes, basis: holding?.basis ?? .derived,
        source: holding?.source ?? program)
    }
    let rules = "the rules of PyTorch's caching allocator"
    return held + [
      Term(name: "rounding", bytes: moment.rounding, basis: .derived, source: rules),
      Term(name: "cached", bytes: moment.cached, basis: .derived, source: rules),
    ]
  }
}

extension Projection.Traffic {
  init(_ runs: [StageRun]) {
    func most(_ groups: Set<RankGroup>) -> Int {
      runs.map { run in
        run.communication.filter { groups.contains($0.group) }.reduce(0) { $0 + $1.passed }
      }.max() ?? 0
    }
    dataParallelBytes = most([.data, .expertData])
    expertParallelBytes = most([.expert])
    contextParallelBytes = most([.context])
    tensorParallelBytes = most([.tensor])
    pipelineBytes = most([.pipeline, .embedding])
  }
}
