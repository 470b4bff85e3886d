import Catalogue
import Formulas

extension [Formula.Term] {
  /// The terms of a sum of parts, with the share of each role in each coefficient.
  init(_ formulas: some Sequence<(role: String, formula: Polynomial)>) {
    var shares: [Monomial: [String: Rational]] = [:]
    for (role, formula) in formulas {
      for (monomial, coefficient) in formula.coefficients {
        shares[monomial, default: [:]][role, default: 0] += coefficient
      }
    }
    self = shares.sorted { $0.key < $1.key }.compactMap { monomial, roles in
      let sum = roles.values.reduce(0, +)
      return sum == 0
        ? nil
        : Formula.Term(
          monomial: monomial.description, coefficient: sum, roles: roles.filter { $0.value != 0 })
    }
  }
}

extension Formula {
  /// The formula of a quantity that is the sum of its parts, once it is held to runs that it was
  /// not made from.
  ///
  /// - Throws: `NoPolynomial` where it does not hold for one of them.
  init(
    _ selected: SelectedQuantity, _ derivation: Derivation,
    _ formulas: [Selection.Part: Polynomial], _ points: [SizePoint]
  ) throws {
    let check = SumCheck(selected: selected, derivation: derivation, formulas: formulas)
    let heldOut = derivation.family.heldOut(for: derivation.recipe, round: 0)
    for case_ in heldOut {
      if let exception = try check.exception(at: case_) { throw exception }
    }
    let edges = derivation.family.edges.map(derivation.family.member)
    let exceptions = try edges.compactMap { case_ in
      try check.exception(at: case_).map { Exception($0) }
    }
    let sum = formulas.values.reduce(Polynomial(), +)
    self.init(
      selected, derivation,
      terms: [Term](formulas.map { ($0.key.role.rawValue, $0.value) }),
      expression: sum.description, pieces: nil, runs: points.count,
      heldOutRuns: heldOut.count + edges.count, exceptions: exceptions)
  }

  init(
    _ selected: SelectedQuantity, _ derivation: Derivation, terms: [Term], expression: String,
    pieces: [Piece]?, runs: Int, heldOutRuns: Int, exceptions: [Exception]
  ) {
    let family = derivation.family
    quantity = selected.quantity.name
    scope = selected.scope.rawValue
    unit = selected.quantity.unit.symbol
    model = family.model.name
    relations = family.relations.map(\.rawValue).sorted()
    roles = selected.roles?.map(\.pattern)
    recipe = derivation.recipe
    self.terms = terms
    self.expression = expression
    self.pieces = pieces
    self.runs = runs
    realRuns = family.realPoints.count
    self.heldOutRuns = heldOutRuns
    maxResidual = 0
    self.exceptions = exceptions
  }
}

extension Formula.Exception {
  init(_ exception: NoPolynomial) {
    at = exception.symbols
    part = exception.part
    measured = exception.measured
    computed = exception.formula ?? 0
  }
}

/// Holds the polynomials of parts to runs, in exact arithmetic.
private struct SumCheck {
  let selected: SelectedQuantity
  let derivation: Derivation
  let formulas: [Selection.Part: Polynomial]

  /// The first part whose polynomial does not give what a run has; nil if all do.
  func exception(at case_: Case) throws -> NoPolynomial? {
    let amounts = try derivation.amounts(selected, case_)
    let bindings = case_.bindings
    for part in Set(amounts.keys).union(formulas.keys).sorted() {
      let measured = amounts[part, default: 0]
      let computed = try formulas[part, default: Polynomial()].evaluated(at: bindings)
      guard computed == Rational(measured) else {
        return NoPolynomial(
          of: "\(part)", at: case_, measured: measured, formula: computed)
      }
    }
    return nil
  }
}
