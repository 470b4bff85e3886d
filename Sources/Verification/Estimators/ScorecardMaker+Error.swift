import Catalogue
import Formulas

/// What an estimator is wrong by, as a formula.
extension ScorecardMaker {
  /// The error as an exact formula, if it is one; else the nearest few terms. Nil where there is no
  /// error, or nothing was found.
  func error(
    _ answers: Answers, _ monomials: [Monomial], _ pieces: [Formula.Piece],
    _ measured: [Formula.Term]
  ) throws -> ErrorFormula? {
    let samples = answers.ordinary
    guard samples.contains(where: { $0.error != 0 }) else { return nil }
    let exact = try exactErrors(answers, monomials, pieces, measured).map { formula, measured in
      let exceptions = try samples.filter { try !$0.isError(formula) }
      return (formula: formula, measured: measured, exceptions: exceptions)
    }
    // An estimator may do something else at some sizes, but hardly at most of them.
    if let best = exact.min(by: { $0.exceptions.count < $1.exceptions.count }),
      2 * best.exceptions.count < samples.count
    {
      return ErrorFormula(
        best.formula, holds: samples.count - best.exceptions.count,
        exception: best.exceptions.first?.symbols, unexplained: 0, best.measured)
    }
    return try ErrorRegression.result(samples, monomials).map {
      ErrorFormula(
        $0.formula, holds: 0, exception: nil, unexplained: $0.unexplained, measured)
    }
  }

  /// What the error may be: a polynomial, or what an estimate that is one differs by from each piece
  /// of a maximum; with the terms of what is measured.
  private func exactErrors(
    _ answers: Answers, _ monomials: [Monomial], _ pieces: [Formula.Piece],
    _ measured: [Formula.Term]
  ) throws -> [(formula: Polynomial, measured: [Formula.Term])] {
    if let error = try polynomial(answers, monomials, \.error) { return [(error, measured)] }
    guard !pieces.isEmpty, let estimated = try polynomial(answers, monomials, \.estimated) else {
      return []
    }
    return try pieces.map { piece in
      (estimated - (try Polynomial(Expression(parsing: piece.expression))), piece.terms)
    }
  }

  /// The polynomial that gives the amounts at all small sizes: of the powers that occur, or else of
  /// the products that measured quantities have. Nil if there is none.
  func polynomial(
    _ answers: Answers, _ monomials: [Monomial], _ amount: (ErrorRegression.Sample) -> Rational
  ) throws -> Polynomial? {
    let amounts = answers.small.compactMapValues { amount($0).integer }
    guard amounts.count == answers.small.count else { return nil }
    do {
      return try PolynomialFit<String>(over: family) { point in
        guard let amount = amounts[point] else { throw NotAsked() }
        return ["": amount]
      }.formulas[""]
    } catch is NoPolynomial {
      return nil
    } catch is NotAsked {
      let points = Array(answers.small.keys)
      let columns = MonomialColumns(
        points.map { point in
          let values = family.member(at: point).symbols
          return monomials.map { $0.value(at: values) }
        })
      let solution = try columns.exactSolutions([points.map { amounts[$0] ?? 0 }])[0]
      guard solution.residuals.allSatisfy({ $0 == 0 }) else { return nil }
      return Polynomial(
        Dictionary(uniqueKeysWithValues: zip(monomials, solution.coefficients)))
    }
  }

  /// A point that the estimator was not asked about.
  private struct NotAsked: Error {}

  /// The products of sizes that formulas have, apart from quotients.
  static func monomials(of formulas: some Sequence<Formula>) throws -> [Monomial] {
    let terms = formulas.flatMap { formula in
      formula.terms + (formula.pieces ?? []).flatMap(\.terms)
    }
    return try Set(terms.map(\.monomial)).flatMap { text in
      try Polynomial(Expression(parsing: text)).coefficients.keys
    }
    .filter { $0.exponents.values.allSatisfy { $0 > 0 } }
    .sorted()
  }

  /// Several formulas of sums as one.
  static func sum(_ formulas: [Formula]) -> (expression: String, terms: [Formula.Term])? {
    guard formulas.count > 1 else { return formulas.first.map { ($0.expression, $0.terms) } }
    let parts = formulas.flatMap(\.terms).flatMap { term in
      term.roles.compactMap { role, share in
        (try? Polynomial(Expression(parsing: term.monomial)))
          .map { (role: role, formula: $0 * Polynomial(share)) }
      }
    }
    let sum = parts.map(\.formula).reduce(Polynomial(), +)
    return (sum.description, [Formula.Term](parts))
  }
}

extension Monomial {
  /// The value where no exponent is negative.
  fileprivate func value(at sizes: [String: Int]) -> Int {
    exponents.reduce(1) { product, factor in
      (0..<factor.value).reduce(product) { product, _ in product * (sizes[factor.key] ?? 1) }
    }
  }
}

extension ErrorRegression.Sample {
  fileprivate func isError(_ formula: Polynomial) throws -> Bool {
    try formula.evaluated(at: bindings) == error
  }
}

extension ErrorFormula {
  fileprivate init(
    _ error: Polynomial, holds: Int, exception: [String: Int]?, unexplained: Double,
    _ measured: [Formula.Term]
  ) {
    isExact = holds > 0
    self.holds = holds
    self.exception = exception
    expression = error.description
    terms = error.terms.map { monomial, coefficient in
      let term = measured.first { $0.monomial == monomial.description }
      return Term(
        monomial: monomial.description, coefficient: coefficient,
        measured: term?.coefficient ?? 0, roles: term?.roles ?? [:])
    }
    self.unexplained = unexplained
  }
}
