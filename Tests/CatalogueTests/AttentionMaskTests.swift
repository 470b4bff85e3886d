import Catalogue
import Testing

/// Which keys a query sees.
@Suite struct AttentionMaskTests {
  static let masks: [AttentionMask] = [
    .causal, .bidirectional, .prefix(1), .prefix(5), .prefix(20), .window(1), .window(4),
    .window(20),
  ]

  @Test("Pairs of queries and keys are those that each query sees, added up", arguments: masks)
  func pairs(_ mask: AttentionMask) {
    // As many keys as queries, and of queries all, some, or none.
    for count in [1, 7, 12] {
      for first in 0...count {
        for end in first...count {
          let seen = (first..<end).map { mask.visibleKeys(from: $0, of: count).count }
          #expect(mask.visiblePairs(first..<end, of: count) == seen.reduce(0, +))
        }
      }
    }
  }
}
