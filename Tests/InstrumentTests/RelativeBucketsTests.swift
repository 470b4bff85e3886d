import Testing

@testable import Instrument

/// Buckets of distances against those of transformers' T5, `_relative_position_bucket`.
@Suite struct RelativeBucketsTests {
  struct Case: Sendable {
    let count: Int
    let furthest: Int
    let isBidirectional: Bool
    /// The distances into the past with which another bucket begins, of those up to 1100.
    let edges: [Int]
  }

  static let cases = [
    Case(
      count: 32, furthest: 128, isBidirectional: true,
      edges: Array(1...8) + [12, 16, 23, 32, 46, 64, 91]),
    Case(
      count: 32, furthest: 128, isBidirectional: false,
      edges: Array(1...16) + [19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113]),
    Case(count: 8, furthest: 6, isBidirectional: true, edges: [1, 2, 4]),
    Case(count: 8, furthest: 6, isBidirectional: false, edges: [1, 2, 3, 4, 5, 6]),
    Case(
      count: 64, furthest: 256, isBidirectional: true,
      edges: Array(1...16) + [20, 23, 27, 32, 39, 46, 54, 64, 77, 91, 108, 128, 153, 182, 216]),
    Case(count: 10, furthest: 50, isBidirectional: false, edges: [1, 2, 3, 4, 5, 8, 13, 20, 32]),
  ]

  @Test("Buckets begin where transformers' do, and end with the furthest", arguments: cases)
  func edges(_ test: Case) {
    let buckets = RelativeBuckets(
      count: test.count, furthest: test.furthest, isBidirectional: test.isBidirectional)
    let past = (0...1100).map { buckets.bucket(of: -$0) }
    #expect((1...1100).filter { past[$0] != past[$0 - 1] } == test.edges)
    // Of buckets for distances between two neighbours, none is used.
    #expect(past[0] == 0)
    #expect(past[1100] == (test.isBidirectional ? test.count / 2 : test.count) - 1)
    let future = (0...1100).map { buckets.bucket(of: $0) }
    guard test.isBidirectional else {
      #expect(future.allSatisfy { $0 == 0 })
      return
    }
    // The same again, one half of the buckets further on; nothing lies between a token and itself.
    #expect(future.dropFirst() == past.dropFirst().map { $0 + test.count / 2 }[...])
  }
}
