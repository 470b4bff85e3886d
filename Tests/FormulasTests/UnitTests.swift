import Formulas
import Testing

@Suite struct UnitTests {
  @Test func `GB and GiB are different and exactly related`() throws {
    let (decimal, binary) = (try Unit(parsing: "GB"), try Unit(parsing: "GiB"))
    #expect(decimal != binary)
    // 2³⁰ / 10⁹ = 1.073741824
    #expect(try binary.factor(to: decimal) == Rational("1.073741824"))
    #expect(try decimal.factor(to: .byte) == 1_000_000_000)
    #expect(try binary.factor(to: .byte) == 1_073_741_824)
  }

  @Test(arguments: [
    ("kB", "1000"), ("KB", "1000"), ("KiB", "1024"), ("MB", "1000000"), ("MiB", "1048576"),
    ("TB", "1000000000000"), ("TiB", "1099511627776"), ("PB", "1000000000000000"),
    ("B", "1"), ("bytes", "1"), ("bits", "1/8"), ("Gbit", "125000000"),
  ])
  func `prefixes of bytes`(text: String, bytes: String) throws {
    #expect(try Unit(parsing: text).factor(to: .byte).description == bytes)
  }

  @Test(arguments: [
    ("floats", Unit.element), ("elements", .element), ("parameters", .parameter),
    ("params", .parameter), ("tokens", .token), ("samples", .sequence), ("FLOPs", .flop),
    ("days", .day), ("s", .second), ("seconds", .second), ("x", .ratio), ("×", .ratio),
    ("%", .percent), ("percent", .percent),
  ])
  func `names and plurals`(text: String, unit: Unit) throws {
    #expect(try Unit(parsing: text) == unit)
  }

  @Test func `quotients and products are read from the left`() throws {
    let rate = try Unit(parsing: "TFLOP/s")
    #expect(rate.dimension == [.flop: 1, .second: -1])
    #expect(rate.scale == Rational(10).power(12))
    #expect(rate.description == "TFLOP/s")
    #expect(try Unit(parsing: "bytes per sequence") == Unit(parsing: "B/sample"))
    #expect(try Unit(parsing: "GPU-hours").scale == 3600)
    // 10¹⁵ · 86,400
    #expect(try Unit(parsing: "PFLOP/s-days").factor(to: .flop) == 86_400 * Rational(10).power(15))
    #expect(try Unit(parsing: "GB/GB") == .ratio)
  }

  @Test func `units of different things do not convert`() {
    #expect(throws: UnitError.incompatible(.parameter, .byte)) {
      try Unit.parameter.factor(to: .byte)
    }
    #expect(!Unit.element.isCompatible(with: .parameter))
  }

  @Test(arguments: [
    ("gb", "found gb; expected GB"), ("bites", "found bites; expected bits"),
    ("parrots", "found parrots; expected a unit such as byte"),
    ("GB/furlong", "found furlong in GB/furlong; expected a unit such as byte"),
    ("", "found nothing; expected a unit"), ("GiFLOP", "expected FLOP"),
    ("TFLOPS", "expected TFLOP or TFLOP/s"), ("tflops", "expected TFLOP or TFLOP/s"),
    ("GB/", "found nothing in GB/"),
  ])
  func `what is no unit is named, with what would be one`(text: String, says: String) {
    let error = #expect(throws: UnitError.self) { try Unit(parsing: text) }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }
}
