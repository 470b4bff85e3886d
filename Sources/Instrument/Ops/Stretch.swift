/// Queries that follow each other in their tensor and in their sequence.
struct Stretch {
  /// The first row of a sequence's rows.
  let first: Int
  /// How many they are.
  let count: Int
  /// Where in the sequence the first is.
  let position: Int

  /// Stretches that lie one behind the other.
  static func all(at positions: [Range<Int>]) -> [Stretch] {
    var first = 0
    return positions.map { range in
      defer { first += range.count }
      return Stretch(first: first, count: range.count, position: range.lowerBound)
    }
  }
}
