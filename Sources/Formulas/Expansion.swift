/// Multiplies expressions out, following definitions; every definition at most once.
///
/// A formula of a few letters can have more terms than fit into any memory, such as
/// `(a + b)^16*(c + d)^16` and so on; so what comes out is bounded, and the work, too.
struct Expansion {
  private let definitions: [String: Expression]
  private var known: [String: Polynomial] = [:]
  /// The definitions that are being multiplied out, the outermost first.
  private var path: [String] = []
  private var depth = 0
  private var work = 0

  /// More terms than any formula has, be it multiplied out.
  static let greatestTerms = 1000
  /// Terms made on the way. Each takes about a microsecond; formulas make a few hundred.
  static let greatestWork = 100_000
  /// A symbol's exponent in a term; no formula comes near, and sums of exponents stay in 64 bits.
  static let greatestExponent = 1000
  /// Bits of a coefficient, as of every number that an expression may give.
  private static let greatestBits = 4096

  init(definitions: [String: Expression]) {
    self.definitions = definitions
  }

  mutating func polynomial(of expression: Expression) throws(PolynomialError) -> Polynomial {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Evaluator.greatestDepth else { throw .tooDeep }
    switch expression {
    case .number(let value):
      return Polynomial(value)
    case .symbol(let name):
      return try polynomial(ofSymbol: name)
    case .negation(let operand):
      return -(try polynomial(of: operand))
    case .operation(.power, let base, let exponent):
      let constant = try polynomial(of: exponent)
      guard constant.symbols.isEmpty, let power = constant[Monomial()].integer,
        (-16...16).contains(power)
      else { throw .exponent(exponent, in: expression) }
      return try raise(base, to: power, in: expression)
    case .operation(let operation, let left, let right):
      let first = try polynomial(of: left)
      switch operation {
      case .addition: return try sum(first, polynomial(of: right), in: expression)
      case .subtraction: return try sum(first, -polynomial(of: right), in: expression)
      case .multiplication: return try product(first, polynomial(of: right), in: expression)
      case .division, .power:
        return try product(first, raise(right, to: -1, in: expression), in: expression)
      }
    case .call:
      throw .function(expression)
    case .comparison:
      throw .comparison(expression)
    }
  }

  private mutating func polynomial(ofSymbol name: String) throws(PolynomialError) -> Polynomial {
    if let known = known[name] { return known }
    guard let definition = definitions[name] else { return Polynomial(symbol: name) }
    if let start = path.firstIndex(of: name) { throw .cycle(Array(path[start...])) }
    path.append(name)
    defer { path.removeLast() }
    let polynomial = try polynomial(of: definition)
    known[name] = polynomial
    return polynomial
  }
}

// MARK: - Arithmetic within bounds

extension Expansion {
  private mutating func sum(
    _ left: Polynomial, _ right: Polynomial, in whole: Expression
  ) throws(PolynomialError) -> Polynomial {
    try spend(left.coefficients.count + right.coefficients.count, on: whole)
    return try bounded(left + right, in: whole)
  }

  private mutating func product(
    _ left: Polynomial, _ right: Polynomial, in whole: Expression
  ) throws(PolynomialError) -> Polynomial {
    try spend(left.coefficients.count * right.coefficients.count, on: whole)
    return try bounded(left * right, in: whole)
  }

  private mutating func raise(
    _ base: Expression, to exponent: Int, in whole: Expression
  ) throws(PolynomialError) -> Polynomial {
    let base = try polynomial(of: base)
    if exponent < 0 {
      guard let inverse = base.power(-1) else { throw .divisionBySum(Expression(base), in: whole) }
      return try raise(inverse, to: -exponent, in: whole)
    }
    return try raise(base, to: exponent, in: whole)
  }

  private mutating func raise(
    _ base: Polynomial, to exponent: Int, in whole: Expression
  ) throws(PolynomialError) -> Polynomial {
    var power = Polynomial(1)
    for _ in 0..<exponent { power = try product(power, base, in: whole) }
    return power
  }

  private mutating func spend(_ terms: Int, on whole: Expression) throws(PolynomialError) {
    work += terms
    guard terms <= Self.greatestTerms, work <= Self.greatestWork else {
      throw .tooManyTerms(whole)
    }
  }

  private func bounded(
    _ polynomial: Polynomial, in whole: Expression
  ) throws(PolynomialError) -> Polynomial {
    for (monomial, coefficient) in polynomial.coefficients {
      let isLow = monomial.exponents.values.allSatisfy { abs($0) <= Self.greatestExponent }
      guard isLow, coefficient.size <= Self.greatestBits else { throw .tooLarge(whole) }
    }
    return polynomial
  }
}
