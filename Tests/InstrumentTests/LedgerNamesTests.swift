import Catalogue
import Testing

@testable import Instrument

/// What is alive, by name and at any moment.
@Suite struct LedgerNamesTests {
  let engine = Engine(dry: Ledger())
  var ledger: Ledger { engine.ledger }

  @Test("A path is the places entered, then the tensor's name; in the model as a whole the name")
  func paths() {
    let token = engine.make(1, 1, .input, .tokens, precision: .int64)
    let block = engine.enter("block.0")
    let attention = engine.enter("attention")
    let scores = engine.make(1, 1, .activation, .attentionScores)
    engine.leave(attention)
    let output = engine.make(1, 1, .activation, .blockOutput)
    engine.leave(block)
    let losses = engine.make(1, 1, .activation, .losses)
    #expect(
      ledger.events.map(ledger.path)
        == ["tokens", "block.0.attention.scores", "block.0.output", "losses"])
    #expect([token.bytes, scores.bytes, output.bytes, losses.bytes] == [8, 4, 4, 4])
  }

  @Test("A place entered again is the same place; one of the same name elsewhere is not")
  func places() {
    func visit(_ names: [String]) -> Scope {
      let outer = engine.scope
      for name in names { _ = engine.enter(name) }
      defer { engine.leave(outer) }
      return engine.scope
    }
    let first = visit(["block.0", "mlp"])
    #expect(visit(["block.0", "mlp"]) == first)
    #expect(visit(["block.1", "mlp"]) != first)
    #expect(visit(["mlp"]) != first)
    #expect(ledger.path(first) == "block.0.mlp")
    #expect(ledger.path(engine.scope) == "")
  }

  @Test("A tensor that is retagged keeps its memory, and its new name and place from then on")
  func retag() {
    let tensor = engine.make(2, 3, .activation, .normOutput)
    let outer = engine.enter("mlp")
    tensor.retag(.mlpInput)
    engine.leave(outer)
    _ = consume tensor
    #expect(ledger.events.map(\.kind) == [.allocate, .retag, .free])
    // 2·3·4 = 24
    #expect(ledger.events.map(\.bytes) == [24, 0, -24])
    #expect(ledger.events.map(ledger.path) == ["output", "mlp.input", "mlp.input"])
    #expect(ledger.events.map(\.tensor) == [0, 0, 0])
    let names = (0..<3).map { ledger.alive(after: $0).map { ledger.path($0.scope, $0.role) } }
    #expect(names == [["output"], ["mlp.input"], []])
    #expect(ledger.peak.total == 24)
  }

  @Test("What was alive at the peak is listed by size, and equal sizes in order of allocation")
  func atPeak() {
    let a = engine.make(1, 2, .activation, .normMean)
    let freed = engine.make(1, 9, .activation, .logits)
    _ = consume freed
    let b = engine.make(1, 2, .activation, .normReciprocalDeviation)
    let c = engine.make(1, 6, .activation, .normInput)
    let d = engine.make(1, 2, .activation, .losses)
    #expect([a.bytes, b.bytes, c.bytes, d.bytes] == [8, 8, 24, 8])
    // 8 + 8 + 24 + 8 = 48, and 8 + 36 = 44 before.
    #expect(ledger.peak.total == 48)
    let listed = ledger.aliveAtPeak()
    #expect(listed.map(\.path) == ["input", "mean", "reciprocalDeviation", "losses"])
    #expect(listed.map(\.entry.bytes) == [24, 8, 8, 8])
  }
}
