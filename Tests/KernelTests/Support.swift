/// What `centralDifferences` leaves, 1e-10 of truncation and 1e-11 of rounding, with room.
let differenceBound = 1e-7

func relativeError(_ actual: [Double], _ expected: [Double]) -> Double {
  let difference = zip(actual, expected).map { abs($0 - $1) }.max() ?? 0
  let largest = expected.map { abs($0) }.max() ?? 0
  return difference == 0 ? 0 : difference / max(largest, 1)
}

func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

/// What memory that nobody has written may hold.
func garbage(_ count: Int) -> [Float] { [Float](repeating: .nan, count: count) }

/// [0,C) in up to three uneven parts, which do not begin at a vector's boundary, and an empty one.
func columnPieces(_ C: Int) -> [(Int, Int)] {
  let cuts = [0, C / 3, C / 3, min(C, C / 3 + 5), C]
  return zip(cuts, cuts.dropFirst()).map { ($0, $1) }
}
