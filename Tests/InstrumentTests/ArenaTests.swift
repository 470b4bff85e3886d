import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct ArenaTests {
  /// A block in use, and the byte that fills it.
  private struct Block {
    let start: UnsafeMutableRawPointer
    let bytes: Int
    let fill: UInt8

    var end: UnsafeMutableRawPointer { start + bytes }

    var isIntact: Bool {
      UnsafeRawBufferPointer(start: start, count: bytes).allSatisfy { $0 == fill }
    }
  }

  @Test("Live blocks are aligned, apart from each other, and left alone", arguments: 0..<4)
  func blocks(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // A stretch that is full at times, so that blocks lie beyond it too.
    let arena = Arena(expected: 1 << 16)
    var live: [Block] = []
    for step in 0..<3000 {
      if live.isEmpty || Int.random(in: 0..<100, using: &random) < (step < 2000 ? 55 : 40) {
        let bytes = Int.random(in: 0...4096, using: &random)
        let block = Block(
          start: arena.allocate(bytes, lasting: .random(using: &random)), bytes: bytes,
          fill: UInt8(step % 251))
        #expect(Int(bitPattern: block.start) % 64 == 0)
        // A block of no bytes lies somewhere too, and nobody else there.
        let isApart = live.allSatisfy {
          block.start + max(bytes, 1) <= $0.start || $0.start + max($0.bytes, 1) <= block.start
        }
        #expect(isApart, "step \(step)")
        block.start.initializeMemory(as: UInt8.self, repeating: block.fill, count: bytes)
        live.append(block)
      } else {
        let block = live.remove(at: .random(in: 0..<live.count, using: &random))
        #expect(block.isIntact, "step \(step)")
        arena.release(block.start, block.bytes)
      }
    }
    let areIntact = live.allSatisfy { $0.isIntact }
    #expect(areIntact)
  }

  @Test("What is released is one piece again, whatever the order", arguments: 0..<8)
  func merging(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let arena = Arena(expected: 1 << 16)
    let first = arena.allocate(64, lasting: false)
    let blocks = (1...40).map { (arena.allocate(64 * $0, lasting: false), 64 * $0) }
    for (start, bytes) in blocks.shuffled(using: &random) { arena.release(start, bytes) }
    // 64·(1 + … + 40) = 64·820 bytes behind the first block: only one piece holds them.
    #expect(arena.allocate(64 * 820, lasting: false) == first + 64)
  }

  @Test("Memory that was given back is used before fresh memory")
  func reuse() {
    let arena = Arena(expected: 1 << 20)
    let kept = arena.allocate(1000, lasting: false)
    let (low, high) = (arena.allocate(5000, lasting: false), arena.allocate(7000, lasting: true))
    let held = arena.heldBytes
    for _ in 0..<1000 {
      arena.release(low, 5000)
      arena.release(high, 7000)
      #expect(arena.allocate(5000, lasting: false) == low)
      #expect(arena.allocate(7000, lasting: true) == high)
    }
    #expect(arena.heldBytes == held)
    arena.release(kept, 1000)
    #expect(arena.allocate(64, lasting: false) == kept)
  }

  @Test("Lasting blocks come from above and the others from below, in whole cache lines")
  func ends() {
    let arena = Arena(expected: 1 << 20)
    let (low, next) = (arena.allocate(100, lasting: false), arena.allocate(1, lasting: false))
    let (high, below) = (arena.allocate(65, lasting: true), arena.allocate(64, lasting: true))
    #expect(next - low == 128)
    #expect(high - below == 64)
    #expect(high - next > 1 << 20)
    // Rounded up to 64: 128 + 64 from below, 128 + 64 from above.
    #expect(arena.heldBytes == 384)
    arena.release(next, 1)
    arena.release(below, 64)
    #expect(arena.heldBytes == 384)
  }

  @Test("What passing tensors take over from lasting ones is not counted twice")
  func takenOver() {
    let arena = Arena(expected: 1 << 20)
    arena.release(arena.allocate(1 << 20, lasting: true), 1 << 20)
    arena.release(arena.allocate(1 << 20, lasting: false), 1 << 20)
    // The stretch: 2^20, a hundredth of it, and 2^16, rounded up to 64: 1,124,608.
    #expect(arena.heldBytes == 1_124_608)
  }
}
