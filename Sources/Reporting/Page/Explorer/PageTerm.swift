import Formulas
import Verification

/// A term of a polynomial, for scripts: they compute with the coefficient's digits, exactly.
struct PageTerm: Encodable, Equatable {
  let coefficient: Rational
  let powers: [String: Int]
}

extension Polynomial {
  /// The terms, in the order in which they are written.
  var pageTerms: [PageTerm] {
    terms.map { PageTerm(coefficient: $0.coefficient, powers: $0.monomial.exponents) }
  }
}

extension [Formula.Term] {
  /// The same terms.
  ///
  /// - Throws: an error of `Formulas`, which would be a defect.
  var pageTerms: [PageTerm] {
    get throws {
      try flatMap { term in
        try Polynomial(Expression(parsing: term.monomial)).terms.map {
          PageTerm(
            coefficient: term.coefficient * $0.coefficient, powers: $0.monomial.exponents)
        }
      }
    }
  }
}
