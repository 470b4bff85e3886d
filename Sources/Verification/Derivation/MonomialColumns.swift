import Formulas
import Instrument

/// The values of monomials at points, a column for each: the matrix that coefficients are solved
/// with.
struct MonomialColumns {
  /// How many monomials there are.
  let count: Int
  private let values: [[Int]]
  /// The columns' Euclidean lengths. A solver sees all columns with length 1, as its tolerance for
  /// dependence wants it.
  private let lengths: [Double]
  private let scaled: [[Double]]

  /// - Parameter values: of each point, the value of each monomial.
  init(_ values: [[Int]]) {
    count = values.first?.count ?? 0
    self.values = values
    let lengths = (0..<count).map { column in
      values.reduce(0) { $0 + Double($1[column]) * Double($1[column]) }.squareRoot()
    }
    self.lengths = lengths
    scaled = values.map { zip($0, lengths).map { Double($0) / $1 } }
  }

  /// How many columns are independent.
  func rank() throws -> Int {
    try LeastSquares(scaled, [values.map { _ in 0 }]).rank
  }

  /// A combination of columns, and what it leaves of the amounts at each point.
  struct Solution {
    fileprivate(set) var coefficients: [Rational]
    fileprivate(set) var residuals: [Rational]
  }

  /// The combinations of columns that give the amounts, as nearly as can be. What is left after
  /// rounding, computed exactly, is solved for again, so that an error of the solver does not stay.
  func exactSolutions(_ amounts: [[Int]]) throws -> [Solution] {
    var solutions = amounts.map { amounts in
      Solution(
        coefficients: [Rational](repeating: 0, count: count),
        residuals: amounts.map { Rational($0) })
    }
    for _ in 0..<Self.refinements {
      let open = solutions.indices.filter { solutions[$0].residuals.contains { $0 != 0 } }
      if open.isEmpty { break }
      let corrections = try rounded(open.map { solutions[$0].residuals })
      for (index, correction) in zip(open, corrections) {
        for (column, coefficient) in correction.enumerated() where coefficient != 0 {
          solutions[index].coefficients[column] += coefficient
        }
        let given = products(with: correction)
        for row in given.indices { solutions[index].residuals[row] -= given[row] }
      }
    }
    return solutions
  }

  private static let refinements = 4

  /// The combinations of columns that come closest to the amounts, coefficients rounded to simple
  /// fractions.
  private func rounded(_ amounts: [[Rational]]) throws -> [[Rational]] {
    let solved = try LeastSquares(scaled, amounts.map { $0.map(\.doubleValue) })
    return solved.solutions.map { solution in
      zip(solution, lengths).map { Rational(simplestNear: $0 / $1) ?? 0 }
    }
  }

  /// What a combination of columns amounts to at each point.
  private func products(with coefficients: [Rational]) -> [Rational] {
    let used = coefficients.indices.filter { coefficients[$0] != 0 }
    return values.map { row in
      used.reduce(Rational(0)) { $0 + coefficients[$1] * Rational(row[$1]) }
    }
  }
}
