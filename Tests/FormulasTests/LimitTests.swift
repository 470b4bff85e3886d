import Formulas
import Testing

/// A few letters can ask for more work than a computer does in a year, or for more stack than it
/// has. Each such text is refused, by a message that says what the bound is.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
  @Test func `a pattern with many stars is matched at once`() {
    let text = String(repeating: "a", count: 200)
    let stars = String(repeating: "a*", count: 100)
    #expect(!Glob(stars + "b").matches(text))
    #expect(Glob(stars).matches(text))
    #expect(!Glob(String(repeating: "*", count: 10_000) + "b").matches(text))
  }

  @Test(arguments: [
    ("*", "", true), ("*", "abc", true), ("a*c", "abc", true), ("a*c", "ac", true),
    ("a*c", "acb", false), ("", "", true), ("", "a", false), ("a", "", false), ("**a", "ba", true),
    ("*ab*ab*", "abxab", true), ("*ab*ab*", "abxba", false), ("*aab", "aaab", true),
    ("a*b*c", "aXbXbXc", true), ("a*b*c", "aXcXb", false),
  ])
  func `a star stands for any letters and for none`(pattern: String, text: String, matches: Bool) {
    #expect(Glob(pattern).matches(text) == matches)
  }

  /// x0 = x1 + x1, x1 = x2 + x2, …, x99 = h: 2⁹⁹ additions, if each were done each time.
  private static let doubling = Dictionary(
    uniqueKeysWithValues: (0..<99).map { ("x\($0)", "x\($0 + 1) + x\($0 + 1)") } + [("x99", "h")])

  @Test func `a definition is computed once, however often it is used`() throws {
    // 2⁹⁹·3
    let expected = Rational(2).power(99) * 3
    #expect(try value("x0", ["h": 3], where: Self.doubling).value == expected)
    let definitions = try Self.doubling.mapValues { try Expression(parsing: $0) }
    let polynomial = try Polynomial(.symbol("x0"), where: definitions)
    #expect(polynomial[Monomial(["h": 1])] == Rational(2).power(99))
  }

  @Test func `a chain of thousands of definitions is refused, not crashed upon`() throws {
    var chain = ["x3000": try Expression(parsing: "h")]
    for link in 0..<3000 { chain["x\(link)"] = try Expression(parsing: "x\(link + 1) + 1") }
    #expect(throws: EvaluationError.tooDeep) {
      try Expression.symbol("x0").evaluated(at: ["h": 1], where: chain)
    }
    #expect(throws: PolynomialError.tooDeep) { try Polynomial(.symbol("x0"), where: chain) }
    // What a claim may have: 100 definitions. 100 links add 99 + 1.
    let value = try Expression.symbol("x2900").evaluated(at: ["h": 1], where: chain)
    #expect(value.value == 101)
  }

  @Test(arguments: [
    "h^1000000000", "2^2^2^30", "10^10^10", "(-3)^-99999", "2^9000000000000000000",
    "2^(2^70)", "(1/3)^5000", "sqrt(2)^200",
  ])
  func `a power with thousands of digits is refused`(text: String) {
    #expect(throws: EvaluationError.self) { try value(text, ["h": 32]) }
  }

  @Test func `powers of one are computed, however large the exponent`() throws {
    #expect(try value("1^1000000001").value == 1)
    #expect(try value("(-1)^1000000001").value == -1)
    #expect(try value("0^1000000001").value == 0)
    #expect(throws: EvaluationError.self) { try value("1^(2^63)") }
    #expect(throws: EvaluationError.self) { try value("1^(0 - 2^63)") }
  }

  @Test func `a product of long numbers is refused where it becomes too long`() throws {
    let product = Array(repeating: "2^1000", count: 5).joined(separator: "*")
    let error = #expect(throws: EvaluationError.self) { try value(product) }
    #expect(error?.description == "\(product) has more than 1200 digits")
    #expect(try value("2^1000*2^1000*2^1000*2^1000").value == Rational(2).power(4000))
  }

  @Test func `much work on long numbers is refused`() throws {
    let long = Array(repeating: "q", count: 600).joined(separator: " + ")
    #expect(try value(long, ["q": 1]).value == 600)
    #expect(throws: EvaluationError.tooMuch) { try value(long, where: ["q": "2^4000"]) }
  }

  @Test(arguments: [
    // 2³⁰ terms before, 31 after they are collected; of different symbols, 2¹³
    (
      "(a + b)*(a + s)*(a + h)*(a + l)*(a + V)*(a + T)*(a + f)*(a + g)*(a + d)*(a + P)*(a + D)",
      false
    ),
    ("(b + s + h + a + l + V)^16", false), ("((h^16)^16)^16", false), ("((7^16)^16)^16*h", false),
    ("(h + 1)^16*(h + 1)^14", true),
  ])
  func `an expression is multiplied out to a thousand terms`(text: String, isAllowed: Bool) throws {
    let expression = try Expression(parsing: text)
    if isAllowed {
      // (h + 1)³⁰ has 31 terms; the middle one is 30!/(15!·15!) = 155,117,520
      #expect(try Polynomial(expression)[Monomial(["h": 15])] == 155_117_520)
    } else {
      #expect(throws: PolynomialError.self) { try Polynomial(expression) }
    }
  }

  @Test func `exponents that double fifty times are refused before they overflow`() throws {
    let definitions = try Self.doubling.mapValues {
      try Expression(parsing: $0.replacing("+", with: "*"))
    }
    let error = #expect(throws: PolynomialError.self) {
      try Polynomial(.symbol("x0"), where: definitions)
    }
    #expect(error?.description.hasSuffix("or coefficients of more than 1200 digits") == true)
  }

  @Test(arguments: [
    (String(repeating: "1", count: 60), true), (String(repeating: "1", count: 61), false),
    ("0." + String(repeating: "1", count: 60), true),
    ("0." + String(repeating: "1", count: 61), false), ("1e59", true), ("1e60", false),
    ("1e-60", true), ("1.1e-60", false), ("1e999999999999999999999", false),
    ("1e-9223372036854775808", false), (String(repeating: "1", count: 100_000), false),
  ])
  func `numbers have sixty digits on either side of the point`(text: String, isAllowed: Bool) throws
  {
    #expect((parseError(text) == nil) == isAllowed)
    #expect(((try? PrintedNumber(parsing: text)) != nil) == isAllowed)
    if isAllowed {
      let expression = try Expression(parsing: text)
      #expect(try Expression(parsing: expression.description) == expression)
    }
  }

  @Test func `a tower of powers is written at once`() throws {
    let tower = try Expression(parsing: "h" + String(repeating: "^h", count: 120))
    // Each exponent but the last is in parentheses.
    #expect(
      tower.typographic
        == String(repeating: "h^(", count: 119) + "h^h" + String(repeating: ")", count: 119))
  }

  @Test func `a unit has not more letters than make sense`() {
    let long = Array(repeating: "GiB", count: 30).joined(separator: "·")
    #expect(throws: UnitError.tooLong(long)) { try Unit(parsing: long) }
  }
}
