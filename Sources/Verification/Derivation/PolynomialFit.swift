import Formulas
import Instrument

/// Recovers, for each part of what a run measures, the polynomial that gives its amount at every
/// size of a family.
///
/// Along lines on which one size varies, the amounts tell which powers of that size occur; the
/// products of these powers are the monomials that may occur. At points that make them independent,
/// the amounts tell the coefficients.
struct PolynomialFit<Part: Hashable & Sendable & CustomStringConvertible> {
  /// The polynomial of each part.
  private(set) var formulas: [Part: Polynomial] = [:]
  /// The points that it rests on.
  private(set) var points: [SizePoint] = []

  private let family: ShapeFamily
  private let amounts: (SizePoint) throws -> [Part: Int]
  private var samples: [[Part: Int]] = []

  /// - Parameters:
  ///   - family: what varies.
  ///   - amounts: what a run of these sizes has of each part; what it has not is left out.
  /// - Throws: `NoPolynomial` where a part's amounts are none, `MissingComponent` without LAPACK,
  ///   and what `amounts` throws.
  init(over family: ShapeFamily, _ amounts: @escaping (SizePoint) throws -> [Part: Int]) throws {
    self.family = family
    self.amounts = amounts
    let monomials = try candidates()
    try solve(for: monomials, independentPoints(for: monomials))
  }

  /// Runs a point, unless it has been run already.
  private mutating func sample(_ point: SizePoint) throws -> [Part: Int] {
    if let index = points.firstIndex(of: point) { return samples[index] }
    let sample = try amounts(point)
    points.append(point)
    samples.append(sample)
    return sample
  }
}

// MARK: - Which monomials may occur

extension PolynomialFit {
  private typealias Exponents = ShapeFamily.Exponents

  /// All products of powers that occur along the lines, part by part.
  private mutating func candidates() throws -> [Exponents] {
    var candidates: [Part: [Exponents]] = [:]
    for variable in family.variables {
      let line = family.line(along: variable)
      let amounts = try line.map { try sample($0) }
      if candidates.isEmpty {
        for part in amounts[0].keys { candidates[part] = [[]] }
      }
      let alike = Dictionary(grouping: candidates.keys) { part in amounts.map { $0[part] ?? 0 } }
      for (amounts, parts) in alike {
        let found = Interpolation.exponents(line.map { $0[variable] ?? 1 }, amounts)
        guard let found else { throw noPolynomial(of: parts, at: line[line.count - 1]) }
        for part in parts {
          candidates[part] = candidates[part, default: []].flatMap { product in
            found.map { product + [$0] }
          }
        }
      }
    }
    return Set(candidates.values.joined()).sorted { $0.lexicographicallyPrecedes($1) }
  }
}

// MARK: - Their coefficients

extension PolynomialFit {
  /// Adds points until no monomial is a combination of others at all of them, and a few more.
  ///
  /// - Returns: the monomials' values, point by point.
  private mutating func independentPoints(for monomials: [Exponents]) throws -> MonomialColumns {
    let toSpare = 4 + monomials.count / 4
    var index = 0
    while true {
      for _ in 0..<max(toSpare, monomials.count + toSpare - points.count) {
        _ = try sample(family.smallPoint(index))
        index += 1
      }
      let columns = MonomialColumns(
        points.map { point in monomials.map { family.value($0, at: point) } })
      if try columns.rank() == monomials.count { return columns }
      precondition(
        index < 20 * (monomials.count + toSpare), "monomials of a family depend on one another")
    }
  }

  /// Solves for all parts at once.
  private mutating func solve(
    for monomials: [Exponents], _ columns: MonomialColumns
  ) throws {
    let parts = samples.reduce(into: Set<Part>()) { $0.formUnion($1.keys) }
    let alike = Dictionary(grouping: parts) { part in samples.map { $0[part] ?? 0 } }
    let amounts = Array(alike.keys)
    for (amounts, solution) in zip(amounts, try columns.exactSolutions(amounts)) {
      let parts = alike[amounts, default: []]
      if let row = solution.residuals.firstIndex(where: { $0 != 0 }) {
        throw noPolynomial(of: parts, at: points[row])
      }
      let formula = family.polynomial(
        Dictionary(uniqueKeysWithValues: zip(monomials, solution.coefficients)))
      for part in parts { formulas[part] = formula }
    }
  }

  private func noPolynomial(of parts: [Part], at point: SizePoint) -> NoPolynomial {
    // Parts come in no order; the same fault is to be said in the same words.
    let part = parts.min { "\($0)" < "\($1)" }
    let sample = points.firstIndex(of: point).map { samples[$0] }
    return NoPolynomial(
      of: part.map { "\($0)" } ?? "", at: family.member(at: point),
      measured: part.flatMap { sample?[$0] } ?? 0)
  }
}
