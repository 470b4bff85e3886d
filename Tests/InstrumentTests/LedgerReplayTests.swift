import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// The ledger against a plain recount of everything at every step.
@Suite struct LedgerReplayTests {
  private struct Recount {
    var live: [(id: Int, category: Category, bytes: Int)] = []
    var peak = 0
    var peakSplit: [Category: Int] = [:]
    var highest: [Category: Int] = [:]
    var byPhase: [Phase: Int] = [.load: 0]

    var total: Int { live.reduce(0) { $0 + $1.bytes } }

    var split: [Category: Int] {
      live.reduce(into: [:]) { $0[$1.category, default: 0] += $1.bytes }
    }

    mutating func note(_ phase: Phase) {
      if total > peak { (peak, peakSplit) = (total, split) }
      for (category, bytes) in split { highest[category] = max(highest[category] ?? 0, bytes) }
      byPhase[phase] = max(byPhase[phase] ?? 0, total)
    }
  }

  @Test("Peaks, splits and what was alive agree with a recount at every step", arguments: 0..<4)
  func recount(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let engine = Engine(dry: Ledger())
    let ledger = engine.ledger
    var tensors: [Holder] = []
    var recount = Recount()
    var alive: [[Int]] = []
    for step in 0..<400 {
      if step % 50 == 49 {
        engine.phase = Phase.allCases.randomElement(using: &random) ?? .load
        recount.note(engine.phase)
      }
      if tensors.isEmpty || Int.random(in: 0..<9, using: &random) < 5 {
        let category = Category.allCases.randomElement(using: &random) ?? .input
        let tensor = engine.make(
          1, .random(in: 1...64, using: &random), category, .logits, precision: .int8)
        recount.live.append((alive.count, category, tensor.bytes))
        tensors.append(Holder(tensor))
        recount.note(engine.phase)
      } else {
        let index = Int.random(in: 0..<tensors.count, using: &random)
        tensors.remove(at: index)
        recount.live.remove(at: index)
      }
      alive.append(recount.live.map(\.bytes))
      #expect(ledger.total == recount.total)
    }
    #expect(ledger.peak.total == recount.peak)
    #expect(ledger.peak.byCategory.filter { $0.value > 0 } == recount.peakSplit)
    #expect(ledger.highest == recount.highest)
    #expect(ledger.peakByPhase == recount.byPhase)
    for (sequence, sizes) in alive.enumerated() {
      #expect(ledger.alive(after: sequence).map(\.bytes) == sizes)
    }
    tensors = []
    #expect(ledger.total == 0)
    #expect(ledger.events.reduce(0) { $0 + $1.bytes } == 0)
  }
}
