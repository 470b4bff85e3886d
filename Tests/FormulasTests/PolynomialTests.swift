import Formulas
import TestSupport
import Testing

@Suite struct PolynomialTests {
  private func polynomial(
    _ text: String, where definitions: [String: String] = [:]
  ) throws -> Polynomial {
    try Polynomial(
      Expression(parsing: text), where: definitions.mapValues { try Expression(parsing: $0) })
  }

  @Test func `a sum of components equals its total`() throws {
    // (4h² + 4h) + (8h² + 5h) + 4h = 12h² + 13h
    let sum = try polynomial("(4*h^2 + 4*h) + (2*h*f + f + h) + 4*h", where: ["f": "4*h"])
    #expect(sum == (try polynomial("12*h^2 + 13*h")))
    #expect((sum - (try polynomial("12*h^2"))).description == "13*h")
    #expect((sum - sum).isZero)
  }

  @Test(arguments: [
    ("16*b*s + 5*a*b*s^2 + 34*b*s*h", "34*b*s*h + 5*a*b*s^2 + 16*b*s"),
    ("V*h + l*12*h*h", "12*l*h^2 + V*h"), ("(h + 1)^2", "h^2 + 2*h + 1"), ("h - h", "0"),
    ("-h - 1", "-h - 1"), ("-3*h + h/2", "-5*h/2"), ("1 - 2*h^2", "-2*h^2 + 1"),
    ("s*b*h*(10 + 24/t)", "10*b*s*h + 24*b*s*h/t"), ("z*y*h + 3/(2*y)", "h*y*z + 3/(2*y)"),
    ("h^(2 - 3)", "1/h"), ("-h/t", "-h/t"), ("-h^2", "-h^2"),
  ])
  func `a polynomial is written in one order`(text: String, expected: String) throws {
    #expect(try polynomial(text).description == expected)
    #expect(try polynomial(expected) == polynomial(text))
  }

  @Test func `the text for readers has superscripts`() throws {
    #expect(try polynomial("13*h + 12*h*h").typographic == "12·h² + 13·h")
    #expect(Monomial(["s": 2, "a": 1, "b": 1]).description == "a*b*s^2")
    #expect(Monomial().description == "1")
  }

  @Test func `a symbol is replaced by a polynomial`() throws {
    // 2hf + f with f = 4h is 8h² + 4h; h/f with f = 4h is 1/4
    let formula = try polynomial("2*h*f + f + h/f")
    #expect(
      try formula.substituting("f", by: polynomial("4*h")) == polynomial("8*h^2 + 4*h + 1/4"))
    #expect(throws: PolynomialError.self) {
      try formula.substituting("f", by: polynomial("4*h + 1"))
    }
  }

  @Test(arguments: [
    ("sqrt(h)", "sqrt(h) is a function, not a polynomial"),
    ("h > 1", "h > 1 is true or false, not a polynomial"),
    ("16/(4 + 12/N)", "16/(4 + 12/N) divides by 4 + 12/N, which is not a single term"),
    ("h/0", "h/0 divides by 0, which is not a single term"),
    ("2^h", "2^h has the exponent h, not an integer from -16 to 16"),
    ("(h + 1)^0.5", "(h + 1)^0.5 has the exponent 0.5, not an integer from -16 to 16"),
    ("x", "the definitions go in a circle: x needs y needs x"),
  ])
  func `what is no polynomial is named`(text: String, message: String) throws {
    let error = #expect(throws: PolynomialError.self) {
      try polynomial(text, where: ["x": "y", "y": "x"])
    }
    #expect(error?.description == message)
  }

  @Test func `a polynomial has the value of the expression that it came from`() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<1000 {
      let expression = random.expression(depth: 4, isPolynomial: true)
      guard let polynomial = try? Polynomial(expression) else { continue }
      var values: [String: Rational] = [:]
      for symbol in expression.symbols {
        let above = Int.random(in: 1...99, using: &random)
        values[symbol] = Rational(above, Int.random(in: 1...9, using: &random))
      }
      let expected = try expression.evaluated(at: values).value
      #expect(try polynomial.evaluated(at: values) == expected, "\(expression)")
      #expect(try Polynomial(Expression(polynomial)) == polynomial, "\(polynomial)")
    }
  }

  @Test func `the laws of arithmetic hold`() throws {
    var random = SplitMix64(seed: 4)
    for _ in 0..<200 {
      let (a, b, c) = (
        try Polynomial(random.expression(depth: 2, isPolynomial: true)),
        try Polynomial(random.expression(depth: 2, isPolynomial: true)),
        try Polynomial(random.expression(depth: 2, isPolynomial: true))
      )
      #expect(a + b == b + a)
      #expect(a * b == b * a)
      #expect(a * (b + c) == a * b + a * c)
      #expect(a - b == -(b - a))
    }
  }
}
