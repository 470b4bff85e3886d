import Catalogue
import Instrument
import Transformer

extension Plan {
  /// Compares all layouts by closed forms, and runs the ranks of the fastest.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained; what is computed again is part of the search.
  ///   - device: what each rank has.
  ///   - gpus: how many there are.
  ///   - globalBatch: sequences of an update.
  ///   - count: how many layouts to list.
  ///   - padding: of how many tokens each rank that shares the vocabulary has a multiple.
  ///   - options: what time depends on besides.
  /// - Throws: `InputError` where no layout is allowed.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, on device: Device, gpus: Int, globalBatch: Int,
    count: Int = 10, padding: Int = 128, _ options: TimeOptions = TimeOptions()
  ) throws(InputError) {
    let search = PlanSearch(
      shape: shape, recipe: recipe, device: device, gpus: gpus, globalBatch: globalBatch,
      padding: padding, options: options)
    let candidates = try search.candidates()
    guard !candidates.isEmpty else {
      throw InputError(
        "--gpus",
        found: "\(gpus), for which \(shape.name) has no layout with --global-batch "
          + "\(globalBatch)",
        expected: "another number, or a batch that the replicas divide")
    }
    let capacity = Double(device.memory.capacity)
    let fit = candidates.filter { $0.peak <= capacity }
    var finalists = Finalists(search)
    for candidate in fit where finalists.entries.count < count {
      try finalists.add(candidate)
    }
    layouts = finalists.entries.sorted { $0.iterationSeconds < $1.iterationSeconds }
    let failed = candidates.first { $0.peak > capacity }
    firstFailed = finalists.failure ?? failed.map { Failure($0, device) }
    verification = finalists.verification
    model = shape.name
    self.device = device
    self.gpus = gpus
    self.globalBatch = globalBatch
    sequence = recipe.sequence
    legal = candidates.count
    fitting = fit.count - finalists.refused
    because = Self.reason(layouts, firstFailed, device)
  }

  private static func reason(
    _ layouts: [Entry], _ failed: Failure?, _ device: Device
  ) -> String {
    guard let best = layouts.first else {
      let missing = failed.map { Double($0.missing) / 1e9 } ?? 0
      return "Nothing fits: the fastest layout lacks \(missing.rounded()) GB on a \(device.title); "
        + "take more GPUs, 16 bits, or a shorter sequence."
    }
    var parts = ["\(best.layout.brief(best.recompute)) is the fastest that fits"]
    if layouts.count > 1 {
      let next = layouts[1]
      let slower = (next.iterationSeconds / best.iterationSeconds - 1) * 100
      parts.append(
        "\(next.layout.brief(next.recompute)) takes \((slower * 10).rounded() / 10) % longer")
    }
    if let failed, failed.iterationSeconds < best.iterationSeconds {
      parts.append(
        "\(failed.layout.brief(failed.recompute)) would be faster and lacks "
          + "\((Double(failed.missing) / 1e8).rounded() / 10) GB")
    }
    return parts.joined(separator: "; ") + "."
  }
}

extension Plan.Failure {
  init(_ candidate: Candidate, _ device: Device) {
    layout = candidate.layout
    recompute = candidate.recompute
    iterationSeconds = candidate.seconds
    peakBytes = Int(candidate.peak)
    missing = Int(candidate.peak) - device.memory.capacity
  }
}

extension Layout {
  /// The layout in a few words.
  public func brief(_ recompute: Recompute) -> String {
    var parts = ["data \(data)", "tensor \(tensor)", "pipeline \(pipeline)"]
    if virtual > 1 { parts.append("virtual \(virtual)") }
    parts.append("ZeRO \(zero.rawValue)")
    if sequenceParallel { parts.append("sequence-parallel") }
    parts += ["micro-batch \(microbatch)", "recompute \(recompute.rawValue)"]
    return parts.joined(separator: " · ")
  }
}

/// The fastest layouts by the closed forms, their ranks run.
private struct Finalists {
  let search: PlanSearch
  private(set) var entries: [Plan.Entry] = []
  /// The first that did not fit when it was run.
  private(set) var failure: Plan.Failure?
  /// How many did not.
  private(set) var refused = 0
  private var compared = (layouts: 0, equal: 0, stages: 0, deviation: 0.0)

  init(_ search: PlanSearch) { self.search = search }

  var verification: Plan.Verification {
    Plan.Verification(
      layouts: compared.layouts, equalStages: compared.equal, stages: compared.stages,
      largestMemoryDeviation: compared.deviation)
  }

  mutating func add(_ candidate: Candidate) throws(InputError) {
    let layout = candidate.layout
    let shape = try search.padded(for: layout)
    var recipe = layout.recipe(search.recipe)
    recipe.recompute = candidate.recompute
    let device = search.device
    let holdings = [Holding.cuBLAS(computeCapability: device.computeCapability)]
    var (reserved, held) = (0, 0)
    for stage in Set([0, layout.pipeline - 1]) {
      let run = try StageRun(shape, recipe, layout, stage: stage, holding: holdings)
      reserved = max(reserved, run.bytes.peakReserved)
      held = max(held, run.bytes.peakAllocated - run.bytes.workspace)
    }
    compared.deviation = max(compared.deviation, abs(candidate.peak / Double(held) - 1))
    try compare(shape, recipe, layout)
    guard reserved <= device.memory.capacity else {
      refused += 1
      if failure == nil {
        failure = Plan.Failure(
          layout: layout, recompute: candidate.recompute, iterationSeconds: candidate.seconds,
          peakBytes: reserved, missing: reserved - device.memory.capacity)
      }
      return
    }
    let time = try ProjectedTime(shape, recipe, layout, on: device, search.options)
    entries.append(
      Plan.Entry(
        layout: layout, recompute: candidate.recompute, iterationSeconds: time.iterationSeconds,
        tokensPerSecondPerDevice: time.tokensPerSecondPerDevice, mfu: time.mfu,
        bubbleFraction: time.bubbleFraction, peakReserved: reserved,
        headroom: device.memory.capacity - reserved))
  }

  /// Layouts whose kernels are compared one by one.
  private static let verified = 3

  /// Holds the closed forms to the programs of the stages, kernel by kernel.
  private mutating func compare(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout
  ) throws(InputError) {
    guard compared.layouts < Self.verified else { return }
    var plain = layout
    (plain.virtual, plain.zero) = (1, .none)
    let works = try LayoutForm(shape, recipe, plain).works(layers: shape.layers)
    compared.layouts += 1
    for (stage, work) in zip(LayoutForm.stages(of: plain), works) {
      let run = try StageWork(shape, recipe, plain, stage: stage)
      compared.stages += 1
      if run.round == work.round, run.once == work.once { compared.equal += 1 }
    }
  }
}
