import Catalogue
import Formulas
import Testing

@Suite struct EvaluationTests {
  @Test func `large products are exact`() throws {
    // 8·300e9·65e9 = 156e21
    let work = try value("8*D*P", ["D": 300_000_000_000, "P": 65_000_000_000])
    #expect(work.isExact)
    #expect(work.value.description == "156000000000000000000000")
    #expect(try value("(1/3)*3").value == 1)
    #expect(try value("0.1 + 0.2 - 0.3").value == 0)
  }

  @Test func `a definition stands for its symbol, and is preferred to a value`() throws {
    // A = 34·b·s·h = 34·2·4·6 = 1632; M = A + 2·f = 1632 + 2·24 = 1680 with f = 4·h
    let definitions = ["A": "34*b*s*h", "M": "A + 2*f", "f": "4*h"]
    let values: [String: Rational] = ["b": 2, "s": 4, "h": 6, "f": 1]
    #expect(try value("M", values, where: definitions).value == 1680)
  }

  @Test func `a missing symbol is named, with those that are there`() {
    #expect(throws: EvaluationError.unbound(symbol: "q", in: .symbol("q"), bound: ["f", "h"])) {
      try value("2*f", ["h": 1], where: ["f": "q"])
    }
    #expect(message("12*q + h", ["h": 1]) == "q in 12*q + h has no value; h has one")
  }

  @Test func `a division by zero names the quotient`() {
    #expect(message("1 + a/(b - b)", ["a": 1, "b": 2]) == "a/(b - b) divides by zero")
    #expect(message("0^-1") == "0^-1 divides by zero")
  }

  @Test func `the root of a negative number is named with the number`() {
    #expect(message("sqrt(2 - a)", ["a": 3]) == "sqrt(2 - a) is the root of a negative number, -1")
  }

  @Test func `powers must be integers of a reasonable size`() throws {
    #expect(message("2^(1/2)") == "2^(1/2) has the exponent 1/2, not an integer")
    #expect(message("10^10^10") == "10^10^10 has more than 1200 digits")
    #expect(message("10^10^30") == "10^10^30 has more than 1200 digits")
    #expect(try value("(2^100)^3").value == Rational(2).power(300))
  }

  @Test func `definitions that go in a circle are named in order`() {
    let definitions = ["x": "y + 1", "y": "2*z", "z": "x"]
    #expect(
      message("x", where: definitions)
        == "the definitions go in a circle: x needs y needs z needs x")
    #expect(message("x", where: ["x": "x"])?.hasSuffix("x needs x") == true)
  }

  @Test func `what comes from an inexact root is inexact`() throws {
    #expect(try !value("floor(sqrt(2)*1000)").isExact)
    #expect(try value("floor(sqrt(2)*1000)").value == 1414)
    #expect(try !value("max(sqrt(2), 5)").isExact)
    #expect(try !value("sqrt(sqrt(2)^2 + 2)").isExact)
    #expect(try value("sqrt(2)*sqrt(2) - 2").value.magnitude < Rational(10).power(-38))
  }

  @Test(arguments: [
    ("1 < 2", true), ("2 < 2", false), ("2 <= 2", true), ("2 > 1", true), ("1 >= 2", false),
    ("1/3 = 2/6", true), ("16*7e9 > 80e9", true), ("sqrt(2) > 1.41", true), ("sqrt(4) = 2", true),
  ])
  func `comparisons are true or false`(text: String, expected: Bool) throws {
    #expect(try Expression(parsing: text).isTrue() == expected)
  }

  @Test func `a comparison that roots leave open is not decided`() throws {
    let comparison = try Expression(parsing: "sqrt(2)^2 = 2")
    #expect(throws: EvaluationError.undecided(comparison)) { try comparison.isTrue() }
  }

  @Test func `a comparison is no number, and a number no comparison`() throws {
    #expect(message("1 < 2") == "1 < 2 is true or false, not a number")
    let number = try Expression(parsing: "1 + 2")
    #expect(throws: EvaluationError.notAComparison(number)) { try number.isTrue() }
  }

  @Test func `a model shape supplies its symbols`() throws {
    let shape = try ModelShape(
      name: "tiny", layers: 2, hidden: 8, heads: 4, vocabulary: 11, positions: 16)
    // 2·(12·8² + 13·8) + (11 + 16)·8 + 2·8 = 1744 + 216 + 16 = 1976
    let total = try value("l*(12*h^2 + 13*h) + (V + T)*h + 2*h", shape.symbols)
    #expect(total.value == 1976)
    #expect(try value("d*a + f/g", shape.symbols).value == 16)
  }

  private func message(
    _ text: String, _ values: [String: Rational] = [:], where definitions: [String: String] = [:]
  ) -> String? {
    do {
      _ = try value(text, values, where: definitions)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
