import Catalogue
import Instrument
import Transformer

extension ProjectedTime {
  /// The time of an update.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as a rank runs it.
  ///   - layout: how ranks divide both.
  ///   - device: what each rank has.
  ///   - options: what else it depends on.
  /// - Throws: `InputError` for a text that cannot be read.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, on device: Device,
    _ options: TimeOptions = TimeOptions()
  ) throws(InputError) {
    let timer = StageTimer(shape, recipe, layout, on: device, options)
    let works = try Self.works(shape, recipe, layout).map(timer.performed)
    self.init(
      Parts(timer: timer, options: options, works: works, stages: works.map(timer.seconds)))
  }

  /// The work of every stage: all but the first and the last do the same, where all have as many
  /// layers.
  private static func works(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout
  ) throws(InputError) -> [StageWork] {
    let first = try StageWork(shape, recipe, layout, stage: 0)
    guard layout.pipeline > 1 else { return [first] }
    let last = try StageWork(shape, recipe, layout, stage: layout.pipeline - 1)
    guard layout.pipeline > 2 else { return [first, last] }
    if layout.partLayers != nil {
      let middle = try (1..<layout.pipeline - 1).map { stage throws(InputError) in
        try StageWork(shape, recipe, layout, stage: stage)
      }
      return [first] + middle + [last]
    }
    let middle = try StageWork(shape, recipe, layout, stage: 1)
    return [first] + Array(repeating: middle, count: layout.pipeline - 2) + [last]
  }
}

extension ProjectedTime {
  /// What a time is put together from.
  struct Parts {
    let timer: StageTimer
    let options: TimeOptions
    let works: [StageWork]
    let stages: [StageSeconds]

    var shape: ModelShape { timer.shape }
    var recipe: Recipe { timer.recipe }
    var layout: Layout { timer.layout }
    var model: DeviceModel { timer.model }
  }

  init(_ parts: Parts) {
    let (layout, stages) = (parts.layout, parts.stages)
    let timeline = PipelineTimeline(parts)
    let ends = zip(timeline.ends, stages).map { $0 + $1.update.total }
    let slowest = ends.indices.max { ends[$0] < ends[$1] }!
    let terms = Self.terms(parts, stage: slowest, passesEnd: timeline.ends[slowest])
    let seconds = terms.reduce(0) { $0 + $1.seconds }
    let bubble = terms.last { $0.name == Self.bubble }?.seconds ?? 0
    let tokens = Double(layout.globalBatch * parts.recipe.sequence)
    let flops = UpdateFLOPs(parts)
    let peak = parts.model.peak(parts.recipe.formats.activation)
    let available = seconds * Double(layout.ranks) * peak
    iterationSeconds = seconds
    tokensPerSecondPerDevice = tokens / seconds / Double(layout.ranks)
    mfu = flops.counted(.model) / available
    hfu = flops.counted(.hardware) / available
    bubbleFraction = bubble / (seconds - bubble)
    idealBubbleFraction =
      Double(layout.pipeline - 1) / Double(layout.virtual * layout.microbatches)
    trainingSeconds = parts.options.tokens.map { $0 / tokens * seconds }
    self.stages = stages.enumerated().map { stage, seconds in
      StageTime(
        stage: stage, forwardSeconds: seconds.forward.total,
        backwardSeconds: seconds.backward.total, recomputeSeconds: seconds.recompute,
        optimizerSeconds: seconds.update.total)
    }
    self.terms = terms
    textbook = TextbookTime(parts, tokens: tokens, peak: peak)
    conventions = FLOPConvention.allCases.map { convention in
      let counted = flops.counted(convention)
      return Utilisation(
        convention: convention, flops: counted,
        teraflopsPerDevice: counted / seconds / Double(layout.ranks) / 1e12,
        utilisation: counted / available)
    }
  }

  static let bubble = "bubble"

  /// The terms of a stage: its passes, its messages to others, the time in which it waits, and the
  /// update.
  private static func terms(
    _ parts: Parts, stage: Int, passesEnd: Double
  ) -> [TimeTerm] {
    let (seconds, count) = (parts.stages[stage], Double(parts.layout.microbatches))
    var terms: [TimeTerm] = []
    func add(_ name: String, _ seconds: Double, _ source: String) {
      guard seconds != 0 else { return }
      terms.append(TimeTerm(name: name, seconds: seconds, basis: .assumed, source: source))
    }
    for (pass, seconds) in [("forward", seconds.forward), ("backward", seconds.backward)] {
      for part in seconds.parts {
        add("\(pass).\(part.name)", part.seconds * count, Self.source(of: part.name, parts))
      }
    }
    let passes = terms.reduce(0) { $0 + $1.seconds }
    let sends = Double(parts.sends(stage: stage)) * seconds.send
    let isBlocking = !parts.timer.overlap.contains(.pipeline)
    add("pipelineCommunication", isBlocking ? sends : 0, Self.source(of: "network", parts))
    let rest = passesEnd - passes - (isBlocking ? sends : 0)
    terms.append(
      TimeTerm(
        name: bubble, seconds: max(0, rest), basis: .derived,
        source: "the schedule of all stages, with the times of their passes"))
    for part in seconds.update.parts {
      add("update.\(part.name)", part.seconds, Self.source(of: part.name, parts))
    }
    return terms
  }

  private static func source(of part: String, _ parts: Parts) -> String {
    let (calibration, device) = (parts.model.calibration, parts.model.device)
    switch part {
    case "matrixProducts": return "\(device.source); \(calibration.largeTile.source)"
    case "attention":
      return "\(device.source); "
        + (parts.recipe.attention == .flash
          ? calibration.flashForward.source : calibration.elementwiseBandwidth.source)
    case "elementwise": return "\(device.source); \(calibration.elementwiseBandwidth.source)"
    case "dispatch": return calibration.dispatch.source
    case "tensorCommunication": return "\(device.source); \(calibration.nodeLinks.source)"
    default:
      let network = device.links.network?.of ?? device.source
      return "\(network); \(calibration.network.source)"
    }
  }
}

extension ProjectedTime.Parts {
  /// Messages of a stage to others in an update.
  func sends(stage: Int) -> Int {
    let chunks = layout.pipeline * layout.virtual
    let forward = (0..<layout.virtual).count { $0 * layout.pipeline + stage + 1 < chunks }
    let backward = (0..<layout.virtual).count { $0 * layout.pipeline + stage > 0 }
    return (forward + backward) * layout.microbatches
  }
}

extension PipelineTimeline {
  /// The timeline of an update. What the first part has besides its layers, the embedding, and the
  /// last, the head, is theirs alone where there are stages in between to tell by.
  init(_ parts: ProjectedTime.Parts) {
    let (layout, stages) = (parts.layout, parts.stages)
    let chunks = layout.virtual
    let share = 1 / Double(chunks)
    let middle = layout.pipeline > 2 && layout.partLayers == nil ? stages[1] : nil
    let all = stages.enumerated().map { stage, seconds in
      (0..<chunks).map { chunk in
        let whole = (forward: seconds.forward.total, backward: seconds.backward.total)
        guard let middle else {
          return Part(forward: whole.forward * share, backward: whole.backward * share)
        }
        let usual = (
          forward: middle.forward.total * share, backward: middle.backward.total * share
        )
        let isSpecial =
          stage == 0 && chunk == 0 || stage == layout.pipeline - 1 && chunk == chunks - 1
        let others = Double(chunks - 1)
        guard isSpecial else { return Part(forward: usual.forward, backward: usual.backward) }
        return Part(
          forward: whole.forward - others * usual.forward,
          backward: whole.backward - others * usual.backward)
      }
    }
    self.init(
      layout, microbatches: layout.microbatches, parts: all,
      send: stages.map(\.send).max() ?? 0, blocks: !parts.timer.overlap.contains(.pipeline))
  }
}

extension UpdateFLOPs {
  init(_ parts: ProjectedTime.Parts) {
    let layout = parts.layout
    for work in parts.works {
      // A round's share of all micro-batches of all ranks of the stage.
      let times =
        Double(layout.microbatches) / Double(work.roundSize)
        * Double(layout.tensor * layout.replicas)
      for (stage, kernels) in work.round.kernels where stage == .forward || stage == .recompute {
        for (kernel, count) in kernels where kernel.matmulDense > 0 {
          let flops = Double(kernel.matmulDense * count) * times
          let isAttention =
            kernel.operation == .attention || kernel.operation == .flashAttention
          switch (stage, isAttention) {
          case (.forward, true): attention += flops
          case (.forward, false): layers += flops
          case (_, true): attentionAgain += flops
          case (_, false): layersAgain += flops
          }
        }
      }
    }
    let tokens = Double(layout.globalBatch * parts.recipe.sequence)
    head = 2 * tokens * Double(parts.shape.hidden * parts.shape.vocabulary)
    layers -= head
  }
}

extension TextbookTime {
  init(_ parts: ProjectedTime.Parts, tokens: Double, peak: Double) {
    let parameters = Double(ParameterCount(parts.shape).model.parameters)
    let recomputes = parts.recipe.recompute.groupSize(layers: parts.shape.layers) != nil
    func seconds(_ tokens: Double) -> Double {
      Self.seconds(
        parameters: parameters, tokens: tokens, devices: Double(parts.layout.ranks), peak: peak,
        utilisation: parts.options.utilisation, recomputes: recomputes)
    }
    utilisation = parts.options.utilisation
    iterationSeconds = seconds(tokens)
    trainingSeconds = parts.options.tokens.map(seconds)
    flopsPerParameterAndToken = Self.flops(recomputes)
    chinchillaTokens = Self.chinchillaTokens(parameters: parameters)
  }
}
