import Foundation
import Formulas
import Testing

@Suite struct PrintedNumberTests {
  @Test(
    arguments: [
      // text, value, unit, last place, digits
      ("175B", "175000000000", nil, "1000000000", 3),
      ("1.75e11", "175000000000", nil, "1000000000", 3),
      ("175000000000", "175000000000", nil, "1", 12),
      ("12.58e9", "12580000000", nil, "10000000", 4),
      ("1.32 GiB", "33/25", "GiB", "1/100", 3), ("6,442,450,944", "6442450944", nil, "1", 10),
      ("~34 days", "34", "day", "1", 2), ("1.50", "3/2", nil, "1/100", 3),
      ("0.05", "1/20", nil, "1/100", 1), ("0", "0", nil, "1", 1), ("112 GB", "112", "GB", "1", 3),
      ("7B parameters", "7000000000", "parameter", "1000000000", 1),
      ("124M parameters", "124000000", "parameter", "1000000", 3),
      ("1.1 TB", "11/10", "TB", "1/10", 2),
      ("4x", "4", "ratio", "1", 1), ("33%", "33", "%", "1", 2),
      ("3.14×10^23 FLOPs", "314000000000000000000000", "FLOP", "1000000000000000000000", 3),
      ("2·10⁹", "2000000000", nil, "1000000000", 1),
      ("16 B/parameter", "16", "B/parameter", "1", 2),
      ("624 TFLOP/s", "624", "TFLOP/s", "1", 3), ("-5", "-5", nil, "1", 1),
    ] as [(String, String, String?, String, Int)])
  func `value, unit and precision are read as printed`(
    text: String, value: String, unit: String?, lastPlace: String, digits: Int
  ) throws {
    let number = try PrintedNumber(parsing: text)
    #expect(number.value.description == value)
    #expect(try number.unit == unit.map { try Unit(parsing: $0) })
    #expect(number.lastPlace.description == lastPlace)
    #expect(number.significantDigits == digits)
    #expect(number.description == text)
  }

  @Test func `hedges are noticed and do not widen the interval`() throws {
    for text in ["~34 days", "≈ 34 days", "about 34 days", "Approximately 34 days", "roughly 34"] {
      let number = try PrintedNumber(parsing: text)
      #expect(number.isHedged)
      #expect(number.interval == Rational(67, 2)...Rational(69, 2))
    }
    #expect(try !PrintedNumber(parsing: "34 days").isHedged)
  }

  @Test func `half a unit of the last digit is admitted, ends included`() throws {
    // 1.32 stands for 1.315 … 1.325
    let number = try PrintedNumber(parsing: "1.32 GiB")
    for (text, admitted) in [
      ("1.315", true), ("1.325", true), ("1.3149", false), ("1.3251", false),
    ] {
      let value = try #require(Rational(text))
      #expect(number.admits(value) == admitted, "\(text)")
    }
  }

  @Test func `an integer in full means all of its digits, a prefix form does not`() throws {
    // 12·96·12288² + 50257·12288 = 174,563,733,504 is 175 billion to three digits.
    let computed: Rational = 174_563_733_504
    #expect(try PrintedNumber(parsing: "175B").admits(computed))
    #expect(try PrintedNumber(parsing: "1.75e11").admits(computed))
    #expect(try !PrintedNumber(parsing: "175000000000").admits(computed))
    #expect(try PrintedNumber(parsing: "174563733504").admits(computed))
  }

  @Test func `a number that was cut off is told from one that was rounded`() throws {
    let number = try PrintedNumber(parsing: "12.5")
    let (cut, rounded, other) = (Rational(1258, 100), Rational(1252, 100), Rational(1261, 100))
    #expect(!number.admits(cut) && number.isTruncation(of: cut))
    #expect(number.admits(rounded) && !number.isTruncation(of: rounded))
    #expect(!number.admits(other) && !number.isTruncation(of: other))
    #expect(try PrintedNumber(parsing: "-12.5").isTruncation(of: -cut))
  }

  @Test func `a range admits what lies between, and half a unit beyond`() throws {
    for text in ["10-20x", "10–20 x", "10..20 x", "10 to 20x"] {
      let range = try PrintedNumber(parsing: text)
      #expect(range.interval == Rational(19, 2)...Rational(41, 2), "\(text)")
      #expect(range.unit == .ratio)
    }
    let billions = try PrintedNumber(parsing: "1.5-2.5B parameters")
    #expect(billions.value == 1_500_000_000)
    #expect(billions.upperEnd == 2_500_000_000)
    #expect(try PrintedNumber(parsing: "1e9-2e9").value == 1_000_000_000)
  }

  @Test func `a tolerance is a part of the printed number`() throws {
    // 5 % of 100 is 5
    let number = try PrintedNumber(parsing: "~100 GB")
    #expect(number.admits(105, within: Rational(1, 20)))
    #expect(!number.admits(106, within: Rational(1, 20)))
    #expect(number.admits(95, within: Rational(1, 20)))
  }

  @Test func `the value converts to other units`() throws {
    // 1.5 GiB = 1.5 · 2³⁰ = 1,610,612,736 bytes
    #expect(try PrintedNumber(parsing: "1.5 GiB").value(in: .byte) == 1_610_612_736)
    #expect(try PrintedNumber(parsing: "1.5").value(in: .byte) == Rational(3, 2))
    #expect(throws: UnitError.self) { try PrintedNumber(parsing: "3 days").value(in: .byte) }
  }

  @Test(arguments: [
    ("", "found nothing; expected a number"), ("does not fit", "expected a number"),
    ("6,44,450", "expected a number"), ("1,23", "expected a number"),
    ("1.2.3", "expected a number"),
    ("12 gb", "found gb; expected GB, in 12 gb"), ("20-10x", "ends above its beginning"),
    ("5 B per sequence", "found per sequence; expected sequence"), ("~", "expected a number"),
  ])
  func `what is no printed number is named`(text: String, says: String) {
    let error = #expect(throws: PrintedNumberError.self) { try PrintedNumber(parsing: text) }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }

  @Test func `coding keeps the text`() throws {
    let number = try PrintedNumber(parsing: "~1.32 GiB")
    let data = try JSONEncoder().encode([number])
    #expect(String(decoding: data, as: UTF8.self) == #"["~1.32 GiB"]"#)
    #expect(try JSONDecoder().decode([PrintedNumber].self, from: data) == [number])
  }
}
