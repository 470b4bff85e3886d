import Catalogue
import Instrument
import Projection
import Testing
import Transformer

@Suite struct SimulationTests {
  /// A parameter of 1.5 MiB, a piece of 100 bytes that becomes what backward needs, and a large
  /// piece that goes again.
  private var stream: AllocationStream {
    var stream = AllocationStream()
    let parameter = stream.number(of: .init("parameter", "weight"))
    let activation = stream.number(of: .init("activation", "output"))
    let kept = stream.number(of: .init("activation", "input"))
    stream.allocate(1_572_864, parameter)
    let small = stream.allocate(100, activation)
    stream.add(.rename, small, kept)
    let large = stream.allocate(12_000_000, activation)
    stream.add(.free, large)
    return stream
  }

  @Test func `both peaks are taken apart`() {
    let simulation = Simulation(stream)
    let peak = simulation.atPeakAllocated
    // 1,572,864 + 512 + 12,000,256; the segments are 20 MiB, 2 MiB, and 20 MiB's remainder:
    // 20,971,520 − 1,572,864 = 19,398,656 bytes, from which the large piece is cut
    #expect(peak.event == 3 && peak.path == "output")
    #expect(peak.allocated == 13_573_632)
    #expect(peak.requested == 1_572_864 + 100 + 12_000_000)
    // 412 of 512, and 256 of 12,000,256
    #expect(peak.rounding == 668)
    #expect(peak.reserved == 23_068_672)
    #expect(peak.cached == 23_068_672 - 13_573_632)
    #expect(
      peak.byCategory.map { [$0.category, "\($0.bytes)", "\($0.allocations)"] } == [
        ["activation", "12000100", "2"], ["parameter", "1572864", "1"],
      ])
    // As much is reserved from the second piece on, and the third needs most of it.
    #expect(simulation.atPeakReserved.event == 3)
    #expect(simulation.atPeakReserved.reserved == 23_068_672)
    #expect(simulation.statistics.allocated.current == 1_572_864 + 512)
    #expect(simulation.events == 5 && simulation.outOfMemory == nil)
  }

  @Test func `a stream that does not fit ends at what could not be allocated`() {
    var settings = AllocatorSettings()
    settings.capacity = 22 << 20
    #expect(Simulation(stream, settings).outOfMemory == nil)
    settings.capacity = 21 << 20
    let failure = Simulation(stream, settings).outOfMemory
    #expect(failure?.event == 1 && failure?.path == "output")
    #expect(failure?.request.requested == 100)
    #expect(failure?.request.reserved == 20 << 20)
  }

  @Test func `a run's categories add up to the ledger's peak, and blocks to no less`() throws {
    let shape = try ModelShape(named: "gpt2-mini")
    var recipe = Recipe()
    recipe.steps = 2
    let ledger = Ledger()
    let engine = Engine(dry: ledger)
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    for _ in 1...2 { _ = training.step() }
    let simulation = Simulation(AllocationStream(ledger))
    let peak = simulation.atPeakAllocated
    #expect(peak.byCategory.reduce(0) { $0 + $1.bytes } == peak.requested)
    #expect(simulation.statistics.requested.peak == ledger.peak.total)
    #expect(peak.allocated >= ledger.peak.total)
    #expect(simulation.statistics.reserved.peak >= peak.allocated)
    // A workspace adds what it takes, in the forward pass, and stays.
    let workspace = Simulation(AllocationStream(ledger, workspace: 8_519_680))
    #expect(workspace.statistics.requested.peak == ledger.peak.total + 8_519_680)
    #expect(workspace.events == simulation.events + 1)
    #expect(workspace.atPeakAllocated.byCategory.contains { $0.category == "workspace" })
  }

  @Test func `late states are made behind the first gradients, and are there in the second update`()
    throws
  {
    let shape = try ModelShape(named: "gpt2-mini")
    var recipe = Recipe()
    recipe.steps = 2
    let ledger = Ledger()
    let engine = Engine(dry: ledger)
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.computeGradients()
    let firstUpdate = ledger.events.count
    _ = training.update()
    _ = training.step()
    let early = AllocationStream(ledger, holding: [])
    let late = AllocationStream(ledger, holding: [], firstUpdate: firstUpdate)
    func firstState(_ stream: AllocationStream) throws -> Int {
      try #require(
        stream.steps.firstIndex { stream.labels[Int($0.label)].category == "optimizerState" })
    }
    #expect(try firstState(late) > firstState(early))
    // The same tensors in another order, so that as much is asked for at most.
    #expect(late.steps.count == early.steps.count)
    #expect(
      Simulation(late).statistics.requested.peak == Simulation(early).statistics.requested.peak)
  }
}
