import Formulas

/// How powers of the variables and products of a formula's symbols answer to each other.
extension ShapeFamily {
  /// An exponent for each variable, in their order.
  typealias Exponents = [Int]

  /// The one product of symbols that is such a product of variables at every member. Where h = a·d,
  /// it is written with h as far as it goes.
  func monomial(_ exponents: Exponents) -> Monomial {
    let powers = Dictionary(uniqueKeysWithValues: zip(variables, exponents))
    func power(_ variable: SizeVariable) -> Int { powers[variable, default: 0] }
    // a is the product of two variables, and of one where the other is always 1.
    let hasOneKVHead = relations.contains(.oneKVHead)
    let hasOwnKVHeads = relations.contains(.asManyKVHeads)
    let heads = hasOwnKVHeads ? power(.kvHeads) : power(.headsPerKVHead)
    let kvHeads = hasOwnKVHeads || hasOneKVHead ? 0 : power(.kvHeads) - power(.headsPerKVHead)
    let dimension = power(.headUnits)
    let split = relations.contains(.headsSplitHidden) ? min(heads, dimension) : 0
    let symbols: [StandardSymbol: Int] = [
      .layers: power(.layers), .batch: power(.batch), .sequence: power(.sequence),
      .hidden: power(.hidden) + split, .heads: heads - split, .headDimension: dimension - split,
      .kvHeads: kvHeads, .feedForward: power(.feedForward), .vocabulary: power(.vocabulary),
      .positions: power(.positions),
    ]
    return Monomial(Dictionary(uniqueKeysWithValues: symbols.map { ($0.key.rawValue, $0.value) }))
  }

  /// The polynomial in symbols for one in variables.
  func polynomial(_ coefficients: [Exponents: Rational]) -> Polynomial {
    Polynomial(
      Dictionary(
        uniqueKeysWithValues: coefficients.map { exponents, coefficient in
          let units = variables.firstIndex(of: .headUnits).map { exponents[$0] } ?? 0
          // d is so many units.
          return (monomial(exponents), coefficient / Rational(headUnit).power(units))
        }))
  }

  /// The value of a product of powers at a point.
  func value(_ exponents: Exponents, at point: SizePoint) -> Int {
    zip(variables, exponents).reduce(1) { product, factor in
      (0..<factor.1).reduce(product) { product, _ in product * (point[factor.0] ?? 1) }
    }
  }
}
