import Catalogue
import Formulas
import Testing

@testable import Verification

/// Fits of amounts that are known, so that what comes out can be compared.
@Suite struct PolynomialFitTests {
  private let gpt2 = Preset.named("gpt2")?.shape
  private let llama = Preset.named("llama-3-8b")?.shape

  /// The formula found for amounts that a formula gives.
  private func found(
    _ formula: String, _ model: ModelShape?, free: Set<StandardSymbol> = []
  ) throws -> String? {
    let family = ShapeFamily(of: try #require(model), free: free)
    let expression = try Expression(parsing: formula)
    let fit = try PolynomialFit<String>(over: family) { point in
      let value = try expression.evaluated(at: family.member(at: point).bindings).value
      return ["amount": try #require(value.integer)]
    }
    return fit.formulas["amount"]?.description
  }

  @Test(arguments: [
    "34*b*s*h + 5*a*b*s^2 + 16*b*s", "12*l*h^2 + 13*l*h + V*h + T*h + 2*h", "7", "0", "b*s - 3*h^2",
    "1000000000*l*h + 1", "s*(s + 1)/2*b", "d^2*l", "l*h^3*b*s^2*V",
  ])
  func `a formula in the sizes of GPT-2 is found again`(formula: String) throws {
    let polynomial = try Polynomial(Expression(parsing: formula))
    #expect(try found(formula, gpt2) == polynomial.description)
  }

  @Test(arguments: [
    "2*l*h^2 + 3*l*h*f + 2*l*h*g*d + 2*l*h", "40*b*s*h + 16*b*s*f + 8*b*s*g*d + 4*a*b*s",
    "a/g*b", "f^2*g - a", "b*s*d",
  ])
  func `a formula in the sizes of grouped attention is found again`(formula: String) throws {
    let polynomial = try Polynomial(Expression(parsing: formula))
    #expect(try found(formula, llama) == polynomial.description)
  }

  @Test func `sizes that follow from others are written as those`() throws {
    #expect(try found("b*s*f", gpt2) == "4*b*s*h")
    #expect(try found("b*s*g*d + a*d", gpt2) == "b*s*h + h")
    #expect(try found("b*s*f", gpt2, free: [.feedForward]) == "b*s*f")
    #expect(try found("2*b*s*g*d", gpt2, free: [.kvHeads]) == "2*b*s*g*d")
    #expect(try found("h + a*d", gpt2, free: [.headDimension]) == "h + a*d")
  }

  @Test(arguments: ["max(s, 8)", "2^4*ceil(h/16)", "floor(s/4)", "l^5"])
  func `what is no polynomial is said to be none, with a run that shows it`(
    formula: String
  ) throws {
    let error = #expect(throws: NoPolynomial.self) { _ = try found(formula, gpt2) }
    #expect(error?.part == "amount")
    #expect(error?.formula == nil)
    let line = try #require(error?.description)
    #expect(line.hasPrefix("no polynomial in the sizes gives amount: a run with l = "))
  }

  @Test func `amounts that depend on two sizes together are no polynomial in either`() throws {
    // Along the lines from b = 4, s = 5 this is b·s; where b is greater and s above 7, it is not.
    let family = ShapeFamily(of: try #require(gpt2))
    #expect(throws: NoPolynomial.self) {
      _ = try PolynomialFit<String>(over: family) { point in
        let case_ = family.member(at: point)
        return [
          "amount": case_.batch * case_.sequence + max(0, case_.batch - 4)
            * max(0, case_.sequence - 7)
        ]
      }
    }
  }
}
