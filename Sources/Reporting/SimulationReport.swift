import Projection

/// A replay of allocations, for people.
public struct SimulationReport: Report {
  /// What came of it.
  public let value: Simulation
  private let name: String

  /// - Parameters:
  ///   - simulation: what came of the replay.
  ///   - name: the stream's name.
  public init(_ simulation: Simulation, of name: String) {
    value = simulation
    self.name = name
  }

  /// The stream, the settings as far as they are not PyTorch's own, and whether all was served.
  public var headline: String? {
    let settings = value.settings
    var parts = [value.events.counted("event")]
    if settings.expandableSegments { parts.append("expandable segments") }
    if let size = settings.maxSplitSize { parts.append("no split from \(size.grouped) bytes") }
    if settings.roundupPower2Divisions > 1 {
      parts.append("\(settings.roundupPower2Divisions) divisions between powers of two")
    }
    if let fraction = settings.memoryFraction { parts.append("memory fraction \(fraction)") }
    if let threshold = settings.garbageCollectionThreshold {
      parts.append("garbage collection from \(threshold)")
    }
    parts.append(settings.capacity.map { "a device of \($0.grouped) bytes" } ?? "no limit")
    return "\(name): " + parts.joined(separator: ", ")
  }

  /// The peaks, what each is made of, and what the allocator counted.
  public var tables: [Table] { failure + [peaks, categories, counts] }

  private static func row(_ name: String, _ bytes: Int) -> [String] {
    [name, bytes.grouped, bytes.asBytes]
  }

  private var failure: [Table] {
    guard let failure = value.outOfMemory else { return [] }
    let request = failure.request
    return [
      Table(
        "Out of memory at event \(failure.event.grouped), \(failure.path)",
        [.text(""), .number("bytes"), .number("about")],
        [
          Self.row("asked for", request.requested),
          Self.row("needed of the device", request.segment),
          Self.row("allocated", request.allocated), Self.row("reserved", request.reserved),
          Self.row("allowed", request.capacity),
        ])
    ]
  }

  private var peaks: Table {
    let statistics = value.statistics
    var rows = [
      Self.row("reserved", statistics.reserved.peak), Self.row("active", statistics.active.peak),
      Self.row("allocated", statistics.allocated.peak),
      Self.row("requested", statistics.requested.peak),
      Self.row("inactive split", statistics.inactiveSplit.peak),
    ]
    if let recorded = value.recorded {
      rows.append(Self.row("reserved, as it was recorded", recorded.peakReserved))
    }
    return Table(
      "Peaks, each at its own time", [.text(""), .number("bytes"), .number("about")], rows)
  }

  /// The two moments side by side: the same lines, each of which is there at one of them at least.
  private var categories: Table {
    let moments = [value.atPeakAllocated, value.atPeakReserved]
    var names: [String] = []
    for category in moments.flatMap(\.byCategory) where !names.contains(category.category) {
      names.append(category.category)
    }
    func line(_ name: String, _ bytes: (Simulation.Moment) -> Int) -> [String] {
      [name] + moments.map { bytes($0).grouped }
    }
    let lines = names.map { name in
      line("+ \(name)") { moment in
        moment.byCategory.first { $0.category == name }?.bytes ?? 0
      }
    }
    return Table(
      "At the peaks", [.text(""), .number("of allocated"), .number("of reserved")],
      lines + [
        line("+ rounding", \.rounding), line("= active", \.active), line("+ cached", \.cached),
        line("= reserved", \.reserved),
        ["fragmentation"] + moments.map { $0.fragmentation.percent(2) },
        ["at event"] + moments.map(\.event.grouped),
        ["when this was allocated"] + moments.map(\.path),
      ])
  }

  private var counts: Table {
    let statistics = value.statistics
    var rows = [
      ["most segments at once", statistics.segments.peak.grouped],
      ["cudaMalloc and mappings", statistics.deviceAllocations.grouped],
      ["cudaFree and unmappings", statistics.deviceFrees.grouped],
      ["retries after giving back the cache", statistics.retries.grouped],
    ]
    if let recorded = value.recorded, recorded.allocatedBefore > 0 {
      rows.append(["blocks from before recording began", recorded.allocatedBefore.grouped])
    }
    return Table("Counts", [.text(""), .number("")], rows)
  }
}
