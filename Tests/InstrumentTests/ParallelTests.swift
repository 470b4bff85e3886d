import Foundation
import Testing

@testable import Instrument

@Suite struct ParallelTests {
  /// (count, grain, most).
  static let cuts = [
    (1, 1, 1), (7, 1, 3), (64, 64, 8), (65, 64, 8), (1000, 16, 8), (1000, 16, 1), (50_257, 64, 4),
    (3, 16, 8), (4097, 4096, 16),
  ]

  @Test(
    "Pieces follow each other, are whole grains but the last, and not too many", arguments: cuts)
  func pieces(count: Int, grain: Int, most: Int) {
    let pieces = Parallel.pieces(count, grain: grain, most: most)
    #expect(pieces.first?.lowerBound == 0)
    #expect(pieces.last?.upperBound == count)
    #expect(pieces.count <= most)
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      #expect(piece.upperBound == next.lowerBound)
      #expect(piece.count % grain == 0)
    }
    let areEmpty = pieces.contains { $0.isEmpty }
    #expect(!areEmpty)
  }

  @Test("What can be cut is cut")
  func several() {
    // 1000 in grains of 16 are 63 grains; at most 8 pieces of 8 grains, 128 each.
    #expect(
      Parallel.pieces(1000, grain: 16, most: 8).map(\.count) == [
        128, 128, 128, 128, 128, 128, 128, 104,
      ])
  }

  @Test("Nothing is cut into no pieces, and no call is made")
  func nothing() {
    #expect(Parallel.pieces(0, grain: 16, most: 8).isEmpty)
    var calls = 0
    Parallel.ranges(0, grain: 16) { _ in calls += 1 }
    Parallel.perform(0) { _ in calls += 1 }
    #expect(calls == 0)
  }

  @Test("Every index is worked on once before the call returns", arguments: [1, 2, 3, 1000])
  func perform(_ count: Int) {
    var visits = [Int](repeating: 0, count: count)
    visits.withUnsafeMutableBufferPointer { visits in
      let visits = visits.baseAddress!
      Parallel.perform(count) { visits[$0] += $0 + 1 }
    }
    #expect(visits == Array(1...count))
    visits = [Int](repeating: 0, count: count)
    visits.withUnsafeMutableBufferPointer { visits in
      let visits = visits.baseAddress!
      Parallel.ranges(count, grain: 3) { for index in $0 { visits[index] += index + 1 } }
    }
    #expect(visits == Array(1...count))
  }
}
