import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// The arena where the forecast is wrong, and behind an engine.
@Suite struct ArenaLimitsTests {
  @Test("A run larger than forecast has what it needs, at either end", arguments: [true, false])
  func larger(lasting: Bool) {
    let arena = Arena(expected: 1000)
    // 64 blocks of 1 MB in a stretch of about 66 kB, up to the 268 MB of spare addresses.
    let blocks = (0..<64).map { _ in arena.allocate(1_000_000, lasting: lasting) }
    for (index, block) in blocks.enumerated() {
      block.initializeMemory(as: Int.self, repeating: index, count: 125_000)
    }
    for (index, block) in blocks.enumerated() {
      #expect(block.load(as: Int.self) == index)
      #expect((block + 999_992).load(as: Int.self) == index)
    }
    #expect(arena.heldBytes >= 64_000_000)
  }

  @Test("A tensor larger than all addresses ends the process, with its size")
  func tooLarge() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      // 4·65,536 + 268,435,456 addresses at most, and 65,536 for what is expected.
      _ = Arena(expected: 0).allocate(1 << 30, lasting: true)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("a tensor of 1073741824 bytes does not fit the arena"))
  }

  @Test("Engines with and without storage leave the same ledger", arguments: 0..<4)
  func ledger(seed: UInt64) throws {
    let (dry, real) = (Engine(dry: Ledger()), try Engine(expecting: 1 << 16))
    for engine in [dry, real] {
      var random = SplitMix64(seed: seed)
      var tensors: [Holder] = []
      for _ in 0..<2000 {
        if tensors.isEmpty || Int.random(in: 0..<100, using: &random) < 52 {
          let (rows, columns) = (
            Int.random(in: 0...20, using: &random), Int.random(in: 1...50, using: &random)
          )
          let tensor = engine.make(
            rows, columns, Category.allCases.randomElement(using: &random) ?? .input, .logits,
            precision: Precision.allCases.randomElement(using: &random) ?? .fp32)
          tensors.append(Holder(tensor))
        } else {
          tensors.remove(at: .random(in: 0..<tensors.count, using: &random))
        }
      }
    }
    #expect(dry.ledger.events == real.ledger.events)
    #expect(dry.ledger.peak.total == real.ledger.peak.total)
    #expect((dry.ledger.total, real.ledger.total) == (0, 0))
    #expect(dry.heldBytes == 0)
    #expect(real.heldBytes >= real.ledger.peak.total)
  }
}
