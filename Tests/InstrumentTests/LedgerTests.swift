import Catalogue
import Testing

@testable import Instrument

@Suite struct LedgerTests {
  let engine = Engine(dry: Ledger())
  var ledger: Ledger { engine.ledger }

  @Test("The peak is the most alive at once, and its split is that of the same moment")
  func peak() {
    let weight = engine.make(2, 5, .parameter, .mlpUpWeight)
    engine.phase = .forward
    do {
      let input = engine.make(5, 5, .activation, .mlpInput)
      do {
        let workspace = engine.make(5, 10, .temporary, .attentionWorkspace)
        #expect(workspace.bytes == 200)
      }
      let output = engine.make(4, 10, .activation, .mlpActivationOutput)
      #expect((weight.bytes, input.bytes, output.bytes) == (40, 100, 160))
    }
    // Parameter 2·5·4 = 40; then activations 5·5·4 = 100; then temporaries 5·10·4 = 200: 340.
    // Later activations are 100 + 160 = 260 of 300, more than at the peak.
    #expect(ledger.peak.total == 340)
    #expect(ledger.peak.byCategory == [.parameter: 40, .activation: 100, .temporary: 200])
    #expect(ledger.peak.phase == .forward)
    #expect(ledger.peak.role == .attentionWorkspace)
    #expect(ledger.peak.sequence == 2)
    #expect(ledger.highest == [.parameter: 40, .activation: 260, .temporary: 200])
  }

  @Test("Each phase has its own peak, which counts what it found alive")
  func phases() {
    let weight = engine.make(1, 10, .parameter, .normWeight)
    engine.phase = .forward
    let saved = engine.make(1, 20, .activation, .normInput)
    engine.phase = .backward
    _ = consume saved
    let gradient = engine.make(1, 10, .gradient, .normWeight)
    engine.phase = .optimizer
    #expect((weight.bytes, gradient.bytes) == (40, 40))
    // Load 40; forward 40 + 80; backward begins with these 120 and goes on with 40 + 40.
    #expect(ledger.peakByPhase == [.load: 40, .forward: 120, .backward: 120, .optimizer: 80])
  }

  @Test("Of two equal peaks the first is the peak")
  func tie() {
    for role in [TensorRole.normMean, .logits] {
      let tensor = engine.make(3, 1, .activation, role)
      #expect(tensor.bytes == 12)
    }
    #expect(ledger.peak.role == .normMean)
    #expect(ledger.peak.sequence == 0)
  }

  @Test(
    "A tensor counts its elements times their width",
    arguments: [(Precision.fp32, 4), (.fp16, 2), (.bf16, 2), (.int8, 1), (.int64, 8)])
  func widths(_ precision: Precision, _ width: Int) {
    let tensor = engine.make(3, 7, .activation, .logits, precision: precision)
    // 3·7 = 21 elements
    #expect(ledger.total == 21 * width)
    #expect(ledger.bytes(of: .activation) == 21 * width)
    #expect(ledger.alive.map(\.elements) == [21])
    #expect(tensor.bytes == 21 * width)
  }

  @Test("What is left at the end is named")
  func leak() {
    var forgotten: [Holder] = []
    let outer = engine.enter("block.3")
    let attention = engine.enter("attention")
    do {
      let freed = engine.make(4, 4, .activation, .attentionScores)
      forgotten.append(Holder(engine.make(2, 2, .activation, .attentionProbabilities)))
      #expect(freed.bytes == 64)
    }
    engine.leave(attention)
    engine.leave(outer)
    #expect(ledger.total == 16)
    let names = ledger.alive.map { ledger.path($0.scope, $0.role) }
    #expect(names == ["block.3.attention.probabilities"])
    #expect(ledger.bytes(of: .activation) == 16)
    forgotten = []
    #expect(ledger.total == 0)
    #expect(ledger.alive.isEmpty)
    #expect(ledger.bytes(of: .activation) == 0)
  }

  @Test("A ledger that does not record knows nothing")
  func silent() {
    let engine = Engine(dry: Ledger(isRecording: false))
    let tensor = engine.make(3, 3, .activation, .logits)
    tensor.retag(.lossProbabilities)
    #expect(engine.ledger.events.isEmpty)
    #expect(engine.ledger.total == 0)
    #expect(engine.ledger.peak.total == 0)
  }
}
