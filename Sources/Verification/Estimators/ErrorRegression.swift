import Formulas
import Foundation
import Instrument

/// Looks for the terms that an estimator has too often or too seldom.
struct ErrorRegression {
  /// An estimate with the sizes at which it was made, and what is measured there.
  struct Sample {
    let model: String
    let symbols: [String: Int]
    let estimated: Rational
    let measured: Int

    var error: Rational { estimated - Rational(measured) }
    var bindings: [String: Rational] { symbols.mapValues { Rational($0) } }
  }

  /// The sum of a few monomials that comes closest to the errors, relative to what is measured.
  struct Result {
    let formula: Polynomial
    /// The root of the mean square of what is left, relative to that of the errors.
    let unexplained: Double
  }

  /// Terms that a reader can take in.
  private static let mostTerms = 4
  /// What is left when there is nothing more to look for.
  private static let negligible = 0.01

  /// Takes the monomial that explains most, then the one that explains most with it, and so on.
  ///
  /// - Parameters:
  ///   - samples: the errors.
  ///   - candidates: the monomials.
  /// - Returns: nil where no monomial explains half of the errors.
  static func result(_ samples: [Sample], _ candidates: [Monomial]) throws -> Result? {
    let errors = samples.map { $0.error.doubleValue / Double(max(1, $0.measured)) }
    let columns = try candidates.map { try column($0, samples) }
    let scale = norm(errors)
    var chosen: [Int] = []
    var best = (coefficients: [Double](), left: 1.0)
    while chosen.count < mostTerms, best.left > negligible {
      let fits = try columns.indices.filter { !chosen.contains($0) }.map { column in
        let fit = try fit(errors, (chosen + [column]).map { columns[$0] })
        return (column: column, coefficients: fit.coefficients, left: fit.left / scale)
      }
      // A term that explains next to nothing is noise.
      guard let next = fits.min(by: { $0.left < $1.left }), next.left < 0.8 * best.left else {
        break
      }
      chosen.append(next.column)
      best = (next.coefficients, next.left)
    }
    guard best.left < 0.5 else { return nil }
    let terms = zip(chosen, best.coefficients).map { (candidates[$0], $1.threeDigits) }
    return Result(
      formula: Polynomial(Dictionary(uniqueKeysWithValues: terms)), unexplained: best.left)
  }

  /// The values of a monomial, relative to what is measured.
  private static func column(_ monomial: Monomial, _ samples: [Sample]) throws -> [Double] {
    try samples.map { sample in
      let value = try Polynomial([monomial: 1]).evaluated(at: sample.bindings)
      return value.doubleValue / Double(max(1, sample.measured))
    }
  }

  private static func fit(
    _ errors: [Double], _ columns: [[Double]]
  ) throws -> (coefficients: [Double], left: Double) {
    let lengths = columns.map(norm)
    let rows = errors.indices.map { row in zip(columns, lengths).map { $0[row] / $1 } }
    let solution = try LeastSquares(rows, [errors]).solutions[0]
    let left = zip(rows, errors).map { row, error in
      zip(row, solution).reduce(error) { $0 - $1.0 * $1.1 }
    }
    return (zip(solution, lengths).map { $0 / $1 }, norm(left))
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

extension Double {
  /// Rounded to three significant digits: more would be noise, and differ from machine to machine.
  fileprivate var threeDigits: Rational {
    Rational(String(format: "%.2e", self)) ?? 0
  }
}
