import Formulas

/// Compares the pieces of a peak at very many sizes, more than could be run: each that wins
/// somewhere is worth a run there.
struct PeakContest {
  /// For each piece that is the largest somewhere, the point where it leads by most.
  let winningPoints: [SizePoint]

  private static let points = 2000

  /// - Parameters:
  ///   - pieces: what is compared.
  ///   - family: whose sizes.
  ///   - round: other points in each.
  init(_ pieces: [PeakPiece], over family: ShapeFamily, round: Int) {
    let monomials = Array(Set(pieces.flatMap(\.sum.coefficients.keys)))
    let rows = pieces.map { piece in monomials.map { piece.sum[$0].doubleValue } }
    var leads: [Int: (lead: Double, point: SizePoint)] = [:]
    for index in 0..<(pieces.isEmpty ? 0 : Self.points) {
      // Not among the points that all families are held to.
      let point = family.widePoint(10_000 * (round + 1) + index)
      let symbols = family.member(at: point).symbols
      let values = monomials.map { $0.approximateValue(at: symbols) }
      let sums = rows.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }
      let ranked = sums.indices.sorted { sums[$0] > sums[$1] }
      let lead = ranked.count > 1 ? 1 - sums[ranked[1]] / sums[ranked[0]] : 1
      if lead > leads[ranked[0]]?.lead ?? 0 { leads[ranked[0]] = (lead, point) }
    }
    winningPoints = leads.sorted { $0.key < $1.key }.map(\.value.point)
  }
}

extension Monomial {
  fileprivate func approximateValue(at sizes: [String: Int]) -> Double {
    exponents.reduce(1) { product, factor in
      let size = Double(sizes[factor.key] ?? 1)
      let power = (0..<abs(factor.value)).reduce(1.0) { power, _ in power * size }
      return factor.value < 0 ? product / power : product * power
    }
  }
}
