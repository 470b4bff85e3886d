import Foundation
import Formulas
import TestSupport
import Testing

@Suite struct ExpressionTextTests {
  @Test(arguments: [
    "12*h^2 + 13*h", "s*b*h*l*(10 + 24/t + 5*a*s/(h*t))", "16*P > 80000000000", "a - (b - s)",
    "(a*b)^2", "2^3^2", "(2^3)^2", "-(a*b)", "-a*b", "a - (-b)", "2^-3", "sqrt(h/a)",
    "min(1, 2, 3) >= 0.25", "a/(b/s)", "a*(b*s)", "(a + b)*(a - b)", "-a^2", "(-a)^2",
    "a + (-b*s)", "-(-a)",
  ])
  func `the canonical text has only the parentheses it needs`(text: String) throws {
    #expect(try Expression(parsing: text).description == text)
  }

  @Test(arguments: [
    ("12*h^2 + 13*h", "12·h² + 13·h"), ("34*b*s*h + 5*a*b*s^2", "34·b·s·h + 5·a·b·s²"),
    ("h^-1 - 2", "h⁻¹ − 2"), ("2^(h + 1)", "2^(h + 1)"), ("x^12", "x¹²"),
    ("16*P >= 80e9", "16·P ≥ 8·10¹⁰"), ("1e12", "10¹²"), ("(80e9)^2", "(8·10¹⁰)²"),
    ("sqrt(h/a)", "√(h/a)"), ("floor(a) + ceil(b)", "⌊a⌋ + ⌈b⌉"), ("7087872*h", "7087872·h"),
  ])
  func `the text for readers has superscripts and dots`(text: String, typographic: String) throws {
    #expect(try Expression(parsing: text).typographic == typographic)
  }

  @Test func `parsing what is printed gives the same tree`() throws {
    var random = SplitMix64(seed: 2)
    for _ in 0..<3000 {
      let expression = random.expression(depth: Int.random(in: 0...5, using: &random))
      let text = expression.description
      #expect(try Expression(parsing: text) == expression, "\(text)")
    }
  }

  @Test func `a number without a decimal prints as a quotient of the same value`() throws {
    let third = Expression.operation(.power, .number(Rational(1, 3)), .number(2))
    #expect(third.description == "(1/3)^2")
    #expect(try value(third.description).value == Rational(1, 9))
    let minus = Expression.operation(.subtraction, .symbol("a"), .number(-3))
    #expect(minus.description == "a - (-3)")
  }

  @Test func `coding keeps the text`() throws {
    let expression = try Expression(parsing: "5*a*s/h")
    let data = try JSONEncoder().encode([expression])
    #expect(String(decoding: data, as: UTF8.self).contains("5*a*s"))
    #expect(try JSONDecoder().decode([Expression].self, from: data) == [expression])
    #expect(throws: ExpressionError.self) {
      try JSONDecoder().decode([Expression].self, from: Data(#"["2h"]"#.utf8))
    }
  }
}
