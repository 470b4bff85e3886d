import Catalogue
import Instrument

extension StageTimer {
  /// The messages of some stages in some kinds of groups, in the same order in every run.
  func messages(
    _ tally: StageWork.Tally, _ stages: [Work.Stage], _ groups: Set<RankGroup>
  ) -> [(message: StageWork.Message, count: Int)] {
    tally.messages.filter { stages.contains($0.key.stage) && groups.contains($0.key.group) }
      .map { ($0.key, $0.value) }
      .sorted {
        ($0.message.bytes, $0.message.kind.rawValue) < ($1.message.bytes, $1.message.kind.rawValue)
      }
  }

  /// Seconds of messages, one after the other.
  func seconds(_ messages: [(message: StageWork.Message, count: Int)]) -> Double {
    messages.reduce(0) { total, entry in
      let message = entry.message
      let placement = cluster.placement(message.group)
      return total + Double(entry.count)
        * cluster.seconds(message.kind, placement, bytes: message.bytes)
    }
  }

  /// Seconds of messages among replicas, which are put together, a layer's at a time (DDP's buckets,
  /// FSDP's units).
  func replicaSeconds(_ tally: StageWork.Tally, _ stages: [Work.Stage]) -> Double {
    [RankGroup.data, .expertData].reduce(0) { total, group in
      Communication.Kind.allCases.reduce(total) { total, kind in
        let all = messages(tally, stages, [group]).filter { $0.message.kind == kind }
        guard !all.isEmpty else { return total }
        let bytes = all.reduce(0) { $0 + $1.count * $1.message.bytes }
        let pieces = max(1, min(layers, all.reduce(0) { $0 + $1.count }))
        let seconds = cluster.seconds(kind, cluster.placement(group), bytes: bytes / pieces)
        return total + Double(pieces) * seconds
      }
    }
  }

  /// Seconds of one message to another stage.
  func sendSeconds(_ tally: StageWork.Tally) -> Double {
    guard let message = tally.messages.keys.filter({ $0.kind == .send }).map(\.bytes).max() else {
      return 0
    }
    let placement = cluster.placement(.pipeline, members: 2)
    let isScattered = model.kernels.scattersPipelineMessages && layout.tensor > 1
    guard isScattered, !layout.sequenceParallel else {
      return cluster.seconds(.send, placement, bytes: message)
    }
    return cluster.seconds(.send, placement, bytes: message / layout.tensor)
      + cluster.seconds(.allGather, cluster.placement(.tensor), bytes: message)
  }
}
