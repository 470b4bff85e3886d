import Catalogue
import Instrument
import Testing
import Transformer

@testable import Reporting

@Suite struct MemoryTimelineTests {
  private func ledger(steps: Int = 2, accumulate: Int = 1) throws -> Ledger {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (1, 8, steps)
    recipe.accumulate = accumulate
    let ledger = Ledger()
    _ = try Measurement.run(ModelShape(named: "gpt2-tiny"), recipe, dry: true, ledger: ledger)
    return ledger
  }

  /// Bytes alive at each moment, from the lives of the tensors.
  private func totals(_ timeline: MemoryTimeline) -> [Int] {
    timeline.moments.indices.map { moment in
      timeline.tensors.filter { $0.from <= moment && moment < $0.to }.reduce(0) { $0 + $1.bytes }
    }
  }

  /// Bytes alive after each event.
  private func totals(_ ledger: Ledger) -> [Int] {
    var total = 0
    return ledger.events.map { event in
      total += event.bytes
      return total
    }
  }

  @Test(arguments: [10_000, 100, 7])
  func `every moment has the bytes that the ledger has there, however few moments there are`(
    most: Int
  ) throws {
    let ledger = try ledger()
    let timeline = MemoryTimeline(ledger, most: most)
    let exact = totals(ledger)
    #expect(totals(timeline) == timeline.moments.map { exact[$0] })
    // A change of phase adds a moment: load, and three phases of two steps.
    #expect(timeline.moments.count <= max(ledger.events.count, most + 7))
    #expect(timeline.events == ledger.events.count)
  }

  @Test(arguments: [10_000, 100, 7])
  func `the peak is among the moments`(most: Int) throws {
    let ledger = try ledger()
    let timeline = MemoryTimeline(ledger, most: most)
    #expect(timeline.moments[timeline.peak] == ledger.peak.sequence)
    #expect(totals(timeline)[timeline.peak] == ledger.peak.total)
  }

  @Test func `a short run has a moment for each event, and every tensor`() throws {
    let ledger = try ledger()
    let timeline = MemoryTimeline(ledger)
    #expect(timeline.moments == Array(ledger.events.indices))
    #expect(timeline.unseen == 0)
    let allocated = ledger.events.count { $0.kind == .allocate }
    #expect(Set(timeline.tensors.map(\.number)).count == allocated)
  }

  @Test func `tensors that no moment meets are counted`() throws {
    let ledger = try ledger()
    let timeline = MemoryTimeline(ledger, most: 7)
    let allocated = ledger.events.count { $0.kind == .allocate }
    #expect(timeline.unseen > 0)
    #expect(Set(timeline.tensors.map(\.number)).count + timeline.unseen == allocated)
  }

  @Test func `a tensor has the name that it has at the moment`() throws {
    let ledger = try ledger(steps: 1)
    let timeline = MemoryTimeline(ledger)
    for moment in [40, 120, 200, timeline.peak] {
      let named = timeline.tensors.filter { $0.from <= moment && moment < $0.to }
        .map { "\(timeline.paths[$0.path]) \($0.bytes)" }
      let alive = ledger.alive(after: moment).map {
        "\(ledger.path($0.scope, $0.role)) \($0.bytes)"
      }
      #expect(named.sorted() == alive.sorted())
    }
  }

  @Test func `phases cover all moments in their order, and the end is a phase of its own`() throws {
    let timeline = MemoryTimeline(try ledger(steps: 1))
    #expect(
      timeline.phases.map(\.name) == ["load", "forward", "backward", "optimizer", "end"])
    #expect(timeline.phases.first?.from == 0)
    #expect(timeline.phases.last?.to == timeline.moments.count)
    #expect(zip(timeline.phases, timeline.phases.dropFirst()).allSatisfy { $0.to == $1.from })
  }

  @Test(arguments: [1, 3])
  func `saved tensors add up to what is measured`(accumulate: Int) throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.accumulate) = (2, 8, accumulate)
    let ledger = Ledger()
    let measurement = try Measurement.run(
      ModelShape(named: "gpt2-tiny"), recipe, dry: true, ledger: ledger)
    let saved = SavedTensor.list(ledger, bytes: measurement.bytes.savedForBackward)
    #expect(saved.reduce(0) { $0 + $1.bytes } == measurement.bytes.savedForBackward)
    #expect(saved.contains { $0.places == ["block 1", "attention"] })
  }
}
