import Catalogue
import Instrument

/// Turns the work of a layout's stages into seconds: what the device, the kernels and the links need
/// for it.
struct StageTimer: Sendable {
  let shape: ModelShape
  let recipe: Recipe
  let layout: Layout
  /// The device, with the kernels that run on it.
  let model: DeviceModel
  /// How ranks are connected.
  let cluster: Cluster
  /// Which messages pass while products run.
  let overlap: Set<TimeOptions.Overlap>

  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: as a rank runs it.
  ///   - layout: how ranks divide both.
  ///   - device: what each rank has.
  ///   - options: what else time depends on.
  init(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, on device: Device,
    _ options: TimeOptions
  ) {
    let kernels = options.kernels ?? KernelSet(for: recipe.convention)
    (self.shape, self.recipe, self.layout) = (shape, recipe, layout)
    model = DeviceModel(device: device, kernels: kernels)
    cluster = Cluster(
      device: device, layout: layout, node: options.node, networkRate: options.networkBandwidth)
    overlap = options.overlap ?? kernels.overlap
  }

  /// Layers of a stage, each of which sends its gradients at once.
  var layers: Int { max(1, shape.layers / layout.pipeline) }

  /// What the kernels do of a stage's work.
  func performed(_ work: StageWork) -> StageWork {
    guard model.kernels.stopsRecomputeEarly, recipe.recompute == .full else { return work }
    return work.withoutLastProducts(shape, layout)
  }

  /// How long a stage's work takes.
  func seconds(_ work: StageWork) -> StageSeconds {
    let share = 1 / Double(work.roundSize)
    var seconds = StageSeconds()
    seconds.forward = pass(work.round, [.forward], share)
    seconds.backward = pass(work.round, [.backward, .recompute], share)
    seconds.recompute = pass(work.round, [.recompute], share).total
    // What is done once hides behind the last backward pass.
    seconds.update = pass(work.once, Work.Stage.allCases, 1, behind: seconds.backward)
    seconds.send = sendSeconds(work.round)
    return seconds
  }

  /// The seconds of some stages of a tally.
  ///
  /// - Parameters:
  ///   - tally: counts.
  ///   - stages: which of them.
  ///   - share: by what the counts are multiplied.
  ///   - window: work behind which messages among replicas hide; that of the pass itself where nil.
  private func pass(
    _ tally: StageWork.Tally, _ stages: [Work.Stage], _ share: Double,
    behind window: StageSeconds.Pass? = nil
  ) -> StageSeconds.Pass {
    var (cost, calls) = (DeviceModel.Cost(), 0)
    for stage in stages {
      for (kernel, count) in (tally.kernels[stage] ?? [:]).sorted(by: Self.precedes) {
        cost = cost + model.cost(kernel) * (Double(count) * share)
        calls += count
      }
    }
    var pass = StageSeconds.Pass(
      products: cost.products, attention: cost.attention, elementwise: cost.elementwise)
    let groups: Set<RankGroup> = [.tensor, .context, .expert, .embedding, .model, .world]
    pass.tensorMessages = seconds(messages(tally, stages, groups)) * share
    if overlap.contains(.tensor) {
      let hidden = seconds(messages(tally, stages, [.tensor]).filter(\.message.isHidden)) * share
      pass.tensorMessages -= hidden * (1 - model.calibration.contention.value)
    }
    pass.dataMessages = replicaSeconds(tally, stages) * share
    if overlap.contains(.data) {
      let window = window.map { $0.products + $0.attention + $0.elementwise } ?? cost.total
      pass.dataMessages = exposed(pass.dataMessages, behind: window, pieces: layers)
    }
    let dispatch = Double(calls) * share * model.calibration.dispatch.value
    if model.kernels.launchesSynchronously {
      pass.dispatch = Double(calls) * share * model.calibration.roundTrip.value
    } else {
      pass.dispatch = max(0, dispatch - cost.total - pass.tensorMessages)
    }
    return pass
  }

  /// The same order in every run, as sums of floating-point numbers depend on it.
  private static func precedes(
    _ left: (key: Kernel, value: Int), _ right: (key: Kernel, value: Int)
  ) -> Bool {
    func key(_ kernel: Kernel) -> (String, Int, Int, Int, Int, Int) {
      let sizes = kernel.product
      return (
        kernel.operation.rawValue, kernel.touchedBytes, kernel.matmul, sizes?.m ?? 0,
        sizes?.n ?? 0, sizes?.accumulates == true ? 1 : 0
      )
    }
    return key(left.key) < key(right.key)
  }

  /// What is left of messages that pass while other work runs, in so many pieces: the first or last
  /// piece has nothing to hide behind, and the rest slows that work down.
  private func exposed(_ messages: Double, behind window: Double, pieces: Int) -> Double {
    guard messages > 0 else { return 0 }
    let alone = max(messages - window, messages / Double(max(1, pieces)))
    return alone + (messages - alone) * model.calibration.contention.value
  }
}
