import Catalogue
import Instrument
import Testing

@Suite struct TimelineTests {
  /// A tensor and an op at a place.
  private func run(_ engine: Engine) {
    engine.phase = .forward
    let outer = engine.enter("block.0")
    let inner = engine.enter("mlp")
    let tensor = engine.make(2, 3, .activation, .mlpInput)
    engine.fill(tensor, with: 1)
    engine.leave(inner)
    engine.leave(outer)
  }

  @Test func `a dry run's moments are its order, a microsecond each`() {
    let timeline = Timeline(isReal: false)
    let ledger = Ledger(timeline: timeline)
    run(Engine(dry: ledger))
    let marks = timeline.entries.map { entry in
      switch entry.mark {
      case .phase(let phase): "\(phase)"
      case .scope(let scope): ledger.steps(scope).joined(separator: "/")
      case .operation(let operation, let stage): "\(operation) of \(stage)"
      }
    }
    // The tensor is allocated before the op, and freed when the places have been left.
    #expect(
      marks == ["forward", "block.0", "block.0/mlp", "fill of forward", "block.0", ""])
    #expect(timeline.entries.map(\.time) == [0, 1000, 2000, 4000, 5000, 6000])
    #expect(timeline.eventTimes == [3000, 7000])
  }

  @Test func `a real run's moments ascend`() throws {
    let timeline = Timeline(isReal: true)
    let ledger = Ledger(timeline: timeline)
    run(try Engine(expecting: 1000, ledger: ledger))
    let times = timeline.entries.map(\.time)
    #expect(times == times.sorted() && times[0] >= 0)
    #expect(timeline.eventTimes.count == ledger.events.count)
    #expect(timeline.eventTimes[0] >= times[2] && timeline.eventTimes[1] >= times[5])
  }

  @Test func `the account is the same with a timeline and without`() {
    let (plain, timed) = (Ledger(), Ledger(timeline: Timeline(isReal: false)))
    run(Engine(dry: plain))
    run(Engine(dry: timed))
    #expect(plain.events == timed.events)
    #expect(plain.timeline == nil)
  }
}
