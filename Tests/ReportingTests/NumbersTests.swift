import Testing

@testable import Reporting

@Suite struct NumbersTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (-999, "-999"),
    (12_345_678, "12,345,678"), (Int.max, "9,223,372,036,854,775,807"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `digits are in groups of three`(number: Int, text: String) {
    #expect(number.grouped == text)
  }

  @Test func `one has no plural`() {
    #expect(0.counted("step") == "0 steps")
    #expect(1.counted("step") == "1 step")
    #expect(1234.counted("step") == "1,234 steps")
  }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (-1024, "-1.00 KiB"),
    // 1536 / 1024 = 1.5
    (1536, "1.50 KiB"),
    // 10 · 1024, from where one decimal is enough
    (10_240, "10.0 KiB"),
    // 124,439,808 · 4 / 2²⁰ = 474.70
    (497_759_232, "474.7 MiB"), (1 << 30, "1.00 GiB"), (1 << 40, "1.00 TiB"),
    (1 << 50, "1.00 PiB"),
    // 2⁶² / 2⁵⁰ = 4096: there is no larger unit
    (1 << 62, "4096.0 PiB"),
  ])
  func `bytes are in the binary unit that leaves them below 1024`(bytes: Int, text: String) {
    #expect(bytes.asBytes == text)
  }

  @Test(arguments: [
    (0, "0 FLOP"), (999, "999 FLOP"), (1000, "1.00 kFLOP"), (1_234_567, "1.23 MFLOP"),
    (89_685_869_199_360, "89.69 TFLOP"), (2_000_000_000_000_000_000, "2.00 EFLOP"),
  ])
  func `FLOPs are in the decimal unit that leaves them below 1000`(flops: Int, text: String) {
    #expect(flops.asFLOPs == text)
  }

  @Test(arguments: [
    (0.00012, "0.12 ms"), (0.0123, "12.3 ms"), (0.5, "500.0 ms"), (1, "1.000 s"),
    (61.5, "61.500 s"),
  ])
  func `a duration is in the unit that is readable`(seconds: Double, text: String) {
    #expect(seconds.asSeconds == text)
  }

  @Test func `fractions have the digits that were asked for`() {
    #expect(2.0.decimal(0) == "2")
    #expect(1.23456.decimal(2) == "1.23")
    #expect(1234567.0.significant == "1.23457e+06")
    #expect((1.0 / 3).significant == "0.333333")
  }
}
