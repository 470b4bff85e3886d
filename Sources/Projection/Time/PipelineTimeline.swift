import Catalogue
import Transformer

/// When each stage is done with its passes, if each waits for what it needs from its neighbours.
struct PipelineTimeline {
  /// When each stage has ended its last pass, in seconds from the first.
  private(set) var ends: [Double]

  /// Seconds of a stage's passes through one of its parts.
  struct Part: Sendable {
    let forward: Double
    let backward: Double
  }

  /// - Parameters:
  ///   - layout: of the ranks.
  ///   - microbatches: of an update.
  ///   - parts: those of each stage.
  ///   - send: seconds of a message to another stage.
  ///   - blocks: whether a stage waits until its message has been sent.
  init(_ layout: Layout, microbatches: Int, parts: [[Part]], send: Double, blocks: Bool) {
    let (stages, chunks) = (layout.pipeline, layout.virtual)
    let last = stages * chunks - 1
    let schedules = (0..<stages).map {
      PipelineSchedule(Rank(firstOfStage: $0, of: layout), microbatches: microbatches).passes
    }
    // When what each part needs of each micro-batch arrives; not yet where negative.
    let slots = (last + 1) * microbatches
    var (forward, backward) = (
      [Double](repeating: -1, count: slots), [Double](repeating: -1, count: slots)
    )
    for microbatch in 0..<microbatches { forward[microbatch] = 0 }
    for microbatch in 0..<microbatches { backward[last * microbatches + microbatch] = 0 }
    var next = [Int](repeating: 0, count: stages)
    ends = [Double](repeating: 0, count: stages)
    var hasAdvanced = true
    while hasAdvanced {
      hasAdvanced = false
      for stage in 0..<stages {
        while next[stage] < schedules[stage].count {
          let pass = schedules[stage][next[stage]]
          let part = pass.chunk * stages + stage
          let isForward = pass.direction == .forward
          let slot = part * microbatches + pass.microbatch
          let arrival = isForward ? forward[slot] : backward[slot]
          guard arrival >= 0 else { break }
          let seconds = parts[stage][pass.chunk]
          let end = max(ends[stage], arrival) + (isForward ? seconds.forward : seconds.backward)
          let receiver = isForward ? part + 1 : part - 1
          ends[stage] = end
          if (0...last).contains(receiver) {
            let slot = receiver * microbatches + pass.microbatch
            if isForward { forward[slot] = end + send } else { backward[slot] = end + send }
            if blocks { ends[stage] = end + send }
          }
          next[stage] += 1
          hasAdvanced = true
        }
      }
    }
    precondition(
      zip(next, schedules).allSatisfy { $0 == $1.count }, "stages that wait for each other")
  }
}
