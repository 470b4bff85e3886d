extension Simulation {
  /// Replays a stream.
  ///
  /// - Parameters:
  ///   - stream: what the program allocates and gives back.
  ///   - settings: how the allocator is set.
  ///   - recorded: what is known of the allocator that the stream was recorded with.
  public init(
    _ stream: AllocationStream, _ settings: AllocatorSettings = AllocatorSettings(),
    recorded: Recorded? = nil
  ) {
    var replay = Replay(stream, settings)
    replay.run()
    self.settings = settings
    self.recorded = recorded
    events = replay.finished
    statistics = replay.allocator.statistics
    atPeakAllocated = replay.explained(replay.peakAllocated)
    atPeakReserved = replay.explained(replay.peakReserved)
    outOfMemory = replay.failure
  }
}

/// A stream on its way through the allocator.
private struct Replay {
  let stream: AllocationStream
  var allocator: CachingAllocator
  var finished = 0
  var peakAllocated = Simulation.Moment()
  var peakReserved = Simulation.Moment()
  var failure: Simulation.Failure?
  private var handles: [CachingAllocator.Handle?]

  init(_ stream: AllocationStream, _ settings: AllocatorSettings) {
    self.stream = stream
    allocator = CachingAllocator(settings)
    handles = Array(repeating: nil, count: stream.allocations.count)
  }

  mutating func run() {
    for step in stream.steps {
      do {
        try perform(step)
      } catch {
        failure = Simulation.Failure(event: finished, path: path(step), request: error)
        return
      }
      finished += 1
    }
  }

  private mutating func perform(_ step: AllocationStream.Step) throws(OutOfMemory) {
    let number = Int(step.allocation)
    switch step.action {
    case .allocate:
      let allocation = stream.allocations[number]
      // PyTorch hands out no block for no bytes.
      guard allocation.bytes > 0 else { return }
      handles[number] = try allocator.allocate(allocation.bytes, stream: allocation.stream)
      notePeaks(step)
    case .requestFree:
      if let handle = handles[number] { allocator.requestFree(handle) }
    case .free:
      if let handle = handles[number] { allocator.free(handle) }
      handles[number] = nil
    case .rename: return
    }
  }

  private mutating func notePeaks(_ step: AllocationStream.Step) {
    let statistics = allocator.statistics
    let isAllocated = statistics.allocated.current > peakAllocated.allocated
    // Of the moments at which the most is reserved, the one that needs most of it.
    let isReserved =
      (statistics.reserved.current, statistics.active.current)
      > (peakReserved.reserved, peakReserved.active)
    guard isAllocated || isReserved else { return }
    var moment = Simulation.Moment()
    moment.event = finished
    moment.allocated = statistics.allocated.current
    moment.active = statistics.active.current
    moment.requested = statistics.requested.current
    moment.reserved = statistics.reserved.current
    if isAllocated { peakAllocated = moment }
    if isReserved { peakReserved = moment }
  }

  private func path(_ step: AllocationStream.Step) -> String { stream.labels[Int(step.label)].path }

  /// The moment with what was alive at it.
  func explained(_ moment: Simulation.Moment) -> Simulation.Moment {
    guard moment.event >= 0 else { return moment }
    var moment = moment
    moment.path = path(stream.steps[moment.event])
    moment.byCategory = byCategory(stream.alive(after: moment.event))
    return moment
  }

  private func byCategory(_ alive: [Int: Int32]) -> [Simulation.CategoryBytes] {
    Dictionary(grouping: alive) { stream.labels[Int($0.value)].category }
      .map { category, members in
        Simulation.CategoryBytes(
          category: category,
          bytes: members.reduce(0) { $0 + stream.allocations[$1.key].bytes },
          allocations: members.count)
      }
      .sorted { ($0.bytes, $1.category) > ($1.bytes, $0.category) }
  }
}

extension AllocationStream {
  /// The allocations that are alive after a step, and what they are then.
  func alive(after step: Int) -> [Int: Int32] {
    var alive: [Int: Int32] = [:]
    for step in steps.prefix(step + 1) {
      let number = Int(step.allocation)
      switch step.action {
      case .allocate: alive[number] = step.label
      case .rename: alive[number]? = step.label
      case .free: alive[number] = nil
      case .requestFree: break
      }
    }
    return alive
  }
}
