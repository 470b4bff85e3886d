import Catalogue
import Instrument

/// How long a rank of a stage is at work in an update: for each micro-batch, and once.
struct StageSeconds: Sendable {
  /// Of one micro-batch, through all parts of the stage.
  var forward = Pass()
  /// The same backward, with what is computed again.
  var backward = Pass()
  /// What is computed again, of the backward pass; its messages included.
  var recompute = 0.0
  /// What follows the last backward pass: gradients, and the update.
  var update = Pass()
  /// Seconds of what passes to the next stage, each way.
  var send = 0.0

  /// Seconds of a pass, by what takes them.
  struct Pass: Sendable {
    var products = 0.0
    var attention = 0.0
    var elementwise = 0.0
    /// Waiting for the host to send kernels.
    var dispatch = 0.0
    /// Messages that nothing hides.
    var tensorMessages = 0.0
    var dataMessages = 0.0

    /// All of it.
    var total: Double { parts.reduce(0) { $0 + $1.seconds } }

    /// The parts, named.
    var parts: [(name: String, seconds: Double)] {
      [
        ("matrixProducts", products), ("attention", attention), ("elementwise", elementwise),
        ("dispatch", dispatch), ("tensorCommunication", tensorMessages),
        ("dataCommunication", dataMessages),
      ]
    }
  }
}

extension StageSeconds {
  /// - Parameters:
  ///   - work: of the stage.
  ///   - model: the device.
  ///   - cluster: how ranks are connected.
  ///   - overlap: which messages pass while products run.
  ///   - layers: of the stage, each of which sends its gradients at once.
  init(
    _ work: StageWork, _ model: DeviceModel, _ cluster: Cluster,
    _ overlap: Set<TimeOptions.Overlap>, layers: Int
  ) {
    let account = Account(model: model, cluster: cluster, overlap: overlap, layers: layers)
    let share = 1 / Double(work.roundSize)
    forward = account.pass(work.round, [.forward], share)
    backward = account.pass(work.round, [.backward, .recompute], share)
    recompute = account.pass(work.round, [.recompute], share).total
    // What is done once hides behind the last backward pass.
    update = account.pass(work.once, Work.Stage.allCases, 1, behind: backward)
    send = account.send(work.round)
  }
}

/// Adds up the seconds of a tally.
private struct Account {
  let model: DeviceModel
  let cluster: Cluster
  let overlap: Set<TimeOptions.Overlap>
  let layers: Int

  /// The seconds of some stages of a tally.
  ///
  /// - Parameters:
  ///   - tally: counts.
  ///   - stages: which of them.
  ///   - share: by what the counts are multiplied.
  ///   - window: work behind which messages among replicas hide; that of the pass itself where nil.
  func pass(
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
    pass.dataMessages = replicas(tally, stages) * share
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

  private func messages(
    _ tally: StageWork.Tally, _ stages: [Work.Stage], _ groups: Set<RankGroup>
  ) -> [(message: StageWork.Message, count: Int)] {
    tally.messages.filter { stages.contains($0.key.stage) && groups.contains($0.key.group) }
      .map { ($0.key, $0.value) }
      .sorted {
        ($0.message.bytes, $0.message.kind.rawValue) < ($1.message.bytes, $1.message.kind.rawValue)
      }
  }

  private func seconds(_ messages: [(message: StageWork.Message, count: Int)]) -> Double {
    messages.reduce(0) { total, entry in
      let message = entry.message
      let placement = cluster.placement(message.group, members: message.members)
      return total + Double(entry.count)
        * cluster.seconds(message.kind, placement, bytes: message.bytes)
    }
  }

  /// Messages among replicas are put together, a layer's at a time (DDP's buckets, FSDP's units).
  private func replicas(_ tally: StageWork.Tally, _ stages: [Work.Stage]) -> Double {
    [RankGroup.data, .expertData].reduce(0) { total, group in
      Communication.Kind.allCases.reduce(total) { total, kind in
        let all = messages(tally, stages, [group]).filter { $0.message.kind == kind }
        guard let members = all.first?.message.members else { return total }
        let bytes = all.reduce(0) { $0 + $1.count * $1.message.bytes }
        let pieces = max(1, min(layers, all.reduce(0) { $0 + $1.count }))
        let placement = cluster.placement(group, members: members)
        return total + Double(pieces) * cluster.seconds(kind, placement, bytes: bytes / pieces)
      }
    }
  }

  /// Seconds of one message to another stage.
  func send(_ tally: StageWork.Tally) -> Double {
    guard let message = tally.messages.keys.filter({ $0.kind == .send }).map(\.bytes).max() else {
      return 0
    }
    let placement = cluster.placement(.pipeline, members: 2)
    let ranks = cluster.layout.tensor
    let isScattered = model.kernels.scattersPipelineMessages && ranks > 1
    guard isScattered, !cluster.layout.sequenceParallel else {
      return cluster.seconds(.send, placement, bytes: message)
    }
    let tensor = cluster.placement(.tensor, members: ranks)
    return cluster.seconds(.send, placement, bytes: message / ranks)
      + cluster.seconds(.allGather, tensor, bytes: message)
  }
}
