import Catalogue
import Testing

@testable import Instrument

/// To what an op's work is charged.
@Suite struct WorkTests {
  let engine = Engine(dry: Ledger())

  /// 10 FLOPs of elementwise work.
  private func work() {
    let tensor = engine.make(2, 5, .temporary, .blockOutput)
    let bias = engine.make(1, 5, .temporary, .mlpUpBias)
    engine.addBias(tensor, bias)
  }

  @Test(
    "Work is charged to the stage of the phase under way",
    arguments: [
      (Phase.forward, Work.Stage.forward), (.generate, .forward), (.backward, .backward),
      (.optimizer, .optimizer),
    ])
  func stages(_ phase: Phase, _ stage: Work.Stage) {
    engine.phase = phase
    work()
    #expect(Array(engine.work.accounts.keys) == [stage])
    #expect(engine.work[stage].elementwise == 10)
  }

  @Test("What loading costs is no part of a step")
  func loading() {
    engine.phase = .load
    work()
    #expect(engine.work == Work())
  }

  @Test("Recomputation is charged apart until the outermost ends, and only in backward")
  func recomputation() {
    engine.phase = .backward
    engine.beginRecomputing()
    engine.recomputing { work() }
    work()
    engine.endRecomputing()
    work()
    engine.phase = .forward
    engine.recomputing { work() }
    #expect(engine.work[.recompute].elementwise == 20)
    #expect(engine.work[.backward].elementwise == 10)
    #expect(engine.work[.forward].elementwise == 10)
  }

  @Test("Products are charged to their place and role, and calls to their op")
  func places() {
    engine.phase = .forward
    let input = engine.make(2, 3, .activation, .mlpInput)
    let up = engine.make(5, 3, .parameter, .mlpUpWeight)
    let output = engine.make(2, 5, .activation, .mlpActivationInput)
    let outer = engine.enter("block.0")
    engine.linear(into: output, input, weight: up)
    let block = engine.scope
    engine.leave(outer)
    engine.linear(into: output, input, weight: up)
    engine.linear(into: output, input, weight: up)
    let account = engine.work[.forward]
    // 2·2·5·3 = 60 each
    #expect(
      account.products == [
        Work.Place(scope: block, role: .mlpUpWeight): ProductCount(executed: 60, hidden: 0),
        Work.Place(scope: .root, role: .mlpUpWeight): ProductCount(executed: 120, hidden: 0),
      ])
    let line = account.operations[.matrixProduct]
    #expect(line?.calls == 3)
    #expect(line?.matmul == 180)
    #expect(account.matmul == 180)
    // 4·(2·3 + 5·3 + 2·5) = 124 bytes each
    #expect(line?.touchedBytes == 372)
  }
}
