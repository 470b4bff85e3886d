import Foundation
import Projection
import TestSupport
import Testing

/// Random streams, and what `make_allocator.py` makes of them: an implementation of the same rules
/// that shares neither code nor data structures with this one.
@Suite struct AllocatorReferenceTests {
  struct Reference: Decodable {
    struct Settings: Decodable {
      let capacity: Int?
      let fraction: Double?
      let expandable: Bool?
      let split: Int?
      let divisions: Int?
      let threshold: Double?

      var settings: AllocatorSettings {
        var settings = AllocatorSettings()
        settings.capacity = capacity
        settings.memoryFraction = fraction
        settings.expandableSegments = expandable ?? false
        settings.maxSplitSize = split
        settings.roundupPower2Divisions = divisions ?? 1
        settings.garbageCollectionThreshold = threshold
        return settings
      }
    }

    let settings: Settings
    let steps: [[Int]]
    let digests: [Int]
    let current: [String: Int]
    let peak: [String: Int]
    let retries: Int
    let failures: Int
    let deviceAllocations: Int
    let deviceFrees: Int
  }

  private func references() throws -> [Reference] {
    try Fixture.load("allocator.json", as: [Reference].self)
  }

  /// Replays a stream, and calls `body` after each step.
  private func replay(
    _ reference: Reference, _ body: (borrowing CachingAllocator) -> Void = { _ in }
  ) -> CachingAllocator {
    var allocator = CachingAllocator(reference.settings.settings)
    var handles: [CachingAllocator.Handle?] = []
    for step in reference.steps {
      if step[0] > 0 {
        handles.append(try? allocator.allocate(step[0], stream: step[1]))
      } else if let handle = handles[-1 - step[0]] {
        if step.count == 2 { allocator.requestFree(handle) } else { allocator.free(handle) }
      }
      body(allocator)
    }
    return allocator
  }

  @Test func `every counter ends, and peaks, where the second implementation's does`() throws {
    for reference in try references() {
      let statistics = replay(reference).statistics
      let counters = [
        "allocated": statistics.allocated, "active": statistics.active,
        "requested": statistics.requested, "reserved": statistics.reserved,
        "inactiveSplit": statistics.inactiveSplit, "segments": statistics.segments,
      ]
      let message = Comment(rawValue: "\(reference.settings)")
      #expect(counters.mapValues(\.current) == reference.current, message)
      #expect(counters.mapValues(\.peak) == reference.peak, message)
      #expect(statistics.retries == reference.retries, message)
      #expect(statistics.failures == reference.failures, message)
      #expect(statistics.deviceAllocations == reference.deviceAllocations, message)
      #expect(statistics.deviceFrees == reference.deviceFrees, message)
    }
  }

  @Test func `both agree after every step`() throws {
    for reference in try references() {
      var outcome: [Int] = []
      _ = replay(reference) { allocator in
        let statistics = allocator.statistics
        outcome.append(
          statistics.allocated.current + 3 * statistics.reserved.current
            + 5 * statistics.inactiveSplit.current)
      }
      let digests = stride(from: 0, to: outcome.count, by: 25).map { start in
        outcome[start..<min(start + 25, outcome.count)].reduce(0, +)
      }
      #expect(digests == reference.digests, "\(reference.settings)")
    }
  }

  @Test func `the streams make each rule decide something`() throws {
    let references = try references()
    #expect(references.contains { $0.failures > 0 && $0.retries > $0.failures })
    #expect(references.contains { $0.settings.threshold != nil && $0.deviceFrees > 0 })
    #expect(references.contains { $0.settings.expandable == true && $0.deviceFrees > 0 })
    #expect(references.contains { $0.settings.split != nil && $0.deviceFrees > $0.retries })
  }
}
