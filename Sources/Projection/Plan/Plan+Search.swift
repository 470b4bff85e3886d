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
  ///   - options: what else is searched, and what time depends on.
  /// - Throws: `InputError` where no layout is allowed.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, on device: Device, gpus: Int, globalBatch: Int,
    _ options: PlanOptions = PlanOptions()
  ) throws(InputError) {
    let search = PlanSearch(
      shape: shape, recipe: recipe, device: device, gpus: gpus, globalBatch: globalBatch,
      options: options)
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
    let finalists = try Finalists(fit, in: search, count: options.count)
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
    var parts = ["data \(data)"]
    if expert > 1 { parts.append("expert \(expert)") }
    if context > 1 { parts.append("context \(context)") }
    parts += ["tensor \(tensor)", "pipeline \(pipeline)"]
    if virtual > 1 { parts.append("virtual \(virtual)") }
    parts.append("ZeRO \(zero.rawValue)")
    if sequenceParallel { parts.append("sequence-parallel") }
    parts += ["micro-batch \(microbatch)", "recompute \(recompute.rawValue)"]
    return parts.joined(separator: " · ")
  }
}

/// The fastest layouts by the closed forms, their ranks run.
private struct Finalists {
  /// Those that fit.
  private(set) var entries: [Plan.Entry] = []
  /// The first that did not fit when it was run.
  private(set) var failure: Plan.Failure?
  /// How many did not.
  private(set) var refused = 0
  private(set) var verification = Plan.Verification()

  /// Layouts whose kernels are compared one by one.
  private static let verified = 3

  /// Runs candidates, as many at a time as there are cores, until `count` of them fit.
  init(_ candidates: [Candidate], in search: PlanSearch, count: Int) throws(InputError) {
    var next = 0
    while entries.count < count, next < candidates.count {
      let batch = Array(next..<min(next + Parallel.threads, candidates.count))
      let finalists = try Parallel.map(batch) { index throws(InputError) in
        try Finalist(candidates[index], in: search, compares: index < Self.verified)
      }
      for finalist in finalists where entries.count < count { add(finalist) }
      next += batch.count
    }
  }

  private mutating func add(_ finalist: Finalist) {
    verification.add(finalist)
    if let entry = finalist.entry {
      entries.append(entry)
    } else {
      refused += 1
      failure = failure ?? finalist.failure
    }
  }
}

extension Plan.Verification {
  fileprivate mutating func add(_ finalist: Finalist) {
    layouts += 1
    stages += finalist.compared
    equalStages += finalist.equal
    largestMemoryDeviation = max(largestMemoryDeviation, finalist.deviation)
  }
}
