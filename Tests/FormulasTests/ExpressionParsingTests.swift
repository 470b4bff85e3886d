import Formulas
import Testing

@Suite struct ExpressionParsingTests {
  @Test(arguments: [
    ("2 + 3*4", 14), ("(2 + 3)*4", 20), ("2 - 3 - 4", -5), ("24/4/2", 3), ("24/4*2", 12),
    ("2^3^2", 512), ("-2^2", -4), ("2^-1*2", 1), ("2*-3", -6), ("--2", 2), ("1_000 + 1", 1001),
    ("1.5e3", 1500), ("2e+2", 200), ("max(1, 2, 3) - min(4, 5)", -1),
    ("ceil(7/2) + floor(7/2)", 7), ("abs(3 - 5)", 2), ("sqrt(16)", 4),
  ])
  func `operators bind as usual`(text: String, expected: Int) throws {
    #expect(try value(text) == ComputedValue(Rational(expected)))
  }

  @Test func `any name is a symbol`() throws {
    #expect(try Expression(parsing: "12*h^2 + bytes_2*_x").symbols == ["h", "bytes_2", "_x"])
  }

  @Test func `an error shows the line, the column and a caret`() throws {
    let error = try #require(parseError("12*h^2 +\n\t(13*h - )"))
    #expect(error.line == 2)
    #expect(error.column == 10)
    #expect(
      error.description == """
        test:2:10: found ); expected a number, a symbol, a function or (
        \t(13*h - )
        \t        ^
        """)
  }

  @Test func `of a long line the surroundings of the error are shown, without its controls`() throws
  {
    let long = Array(repeating: "1", count: 500).joined(separator: "+")
    let error = try #require(parseError(long + "\u{1B}"))
    let lines = "\(error)".split(separator: "\n")
    #expect(error.column == 1000)
    #expect(
      lines[0]
        == "test:1:1000: found \\u{1B}; expected a number, a symbol, an operator or a parenthesis")
    #expect(lines[1] == long.suffix(60) + "\u{FFFD}")
    #expect(lines[2] == String(repeating: " ", count: 60) + "^")
  }

  @Test func `a missing operator is named, with what to write`() throws {
    let error = try #require(parseError("12 + 2h"))
    #expect(error.column == 7)
    #expect(error.found == "h")
    #expect(error.expected == "an operator between 2 and h: write 2*h")
  }

  @Test(arguments: [
    ("2 h", 3, "write 2*h"), ("h 2", 3, "write h*2"), ("(1)(2)", 4, "write )*("),
    ("h(3)", 2, "write h*(, or one of the functions abs, ceil, floor, max, min, sqrt"),
    ("max(2h, 1)", 6, "write 2*h"), ("2e", 2, "write 2*e"),
    ("(1 + 2", 7, ") for the ( in line 1, column 1"), ("1)", 2, "no ( is open"),
    ("", 1, "a number, a symbol"), ("1 +", 4, "a number, a symbol"), ("*2", 1, "a number"),
    ("sqrt 4", 6, "( after sqrt"), ("sqrt", 5, "( after sqrt"), ("sqrt(1, 2)", 5, "one argument"),
    ("min(1)", 4, "two or more arguments"), ("1,000", 2, "digits are grouped by _"),
    ("1 < 2 < 3", 7, "after one comparison"), ("(1 < 2)", 4, ") for the ("),
    ("12·h", 3, "expected *"), ("h²", 2, "expected ^2"), ("1 ≤ 2", 3, "expected <="),
    ("1 == 2", 4, "a number, a symbol"), ("h**2", 3, "a number, a symbol"), (".5", 1, "0.5"),
    ("1.", 1, "digits on both sides"), ("1__0_", 1, "digits on both sides"), ("+1", 1, "a number"),
    ("1e99999", 1, "at most 60 digits before the point"), ("a $ b", 3, "an operator"),
  ])
  func `each mistake is named where it is`(text: String, column: Int, says: String) throws {
    let error = try #require(parseError(text))
    #expect(error.line == 1)
    #expect(error.column == column)
    #expect(error.description.contains(says), "\(error)")
  }

  @Test func `absurd nesting and length are refused, not crashed upon`() {
    let deep = String(repeating: "(", count: 1000)
    #expect(parseError(deep)?.expected == "fewer parentheses, signs or powers in one another")
    #expect(parseError(String(repeating: "(", count: 9000))?.expected == "at most 2000 words")
    #expect(
      parseError(String(repeating: "(", count: 10_001))?.expected == "at most 10000 characters")
    #expect(parseError(String(repeating: "-", count: 1000) + "1") != nil)
    #expect(parseError("1" + String(repeating: "^1", count: 900)) != nil)
    // The words stand in columns 1, 3, 5 …: the 2001st in 2·2000 + 1 = 4001.
    #expect(parseError("1" + String(repeating: " + 1", count: 2400))?.column == 4001)
  }

  @Test func `the deepest and the longest allowed expressions work`() throws {
    let deep = String(repeating: "(", count: 60) + "7" + String(repeating: ")", count: 60)
    #expect(try value(deep).value == 7)
    // 1 + 998 · 1 = 999
    let long = try Expression(parsing: "1" + String(repeating: " + 1", count: 998))
    #expect(try long.evaluated().value == 999)
    #expect(try Expression(parsing: long.description) == long)
    #expect(try Polynomial(long).description == "999")
  }
}
