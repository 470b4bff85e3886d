import Catalogue
import Testing

@testable import Transformer

/// Slopes by the rule of Press et al., arXiv 2108.12409, section 3: for n heads a geometric series
/// that starts at 2^(-8/n) and has that as its ratio.
@Suite struct ALiBiTests {
  @Test("Eight heads have the slopes of the paper, 1/2, 1/4, ..., 1/256")
  func eight() {
    // 2^(-8/8) = 1/2.
    #expect(
      ALiBi.slopes(heads: 8) == [
        0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625,
      ])
  }

  @Test("Four heads have every other one of these")
  func four() {
    // 2^(-8/4) = 2^-2: 2^-2, 2^-4, 2^-6, 2^-8.
    #expect(ALiBi.slopes(heads: 4) == [0.25, 0.0625, 0.015625, 0.00390625])
  }

  @Test(
    "Sixteen heads have the paper's slopes and those between, 1/2^0.5, 1/2, 1/2^1.5, ..., 1/2^8")
  func sixteen() {
    let slopes = ALiBi.slopes(heads: 16)
    // 2^(-8/16) = 2^-0.5 = 0.7071067812; every second one is one of the eight.
    #expect(slopes.count == 16)
    #expect(slopes[0] == 0.7071067812)
    #expect((0..<8).map { slopes[2 * $0 + 1] } == ALiBi.slopes(heads: 8))
  }

  @Test("Twelve heads have those of eight, and the first four between them")
  func twelve() {
    // The series of 16 heads is 2^-0.5, 2^-1, 2^-1.5, ...; every other one of it, from the first:
    // 2^-0.5 = √½ = 0.7071067812, and half of it each time.
    #expect(
      ALiBi.slopes(heads: 12) == ALiBi.slopes(heads: 8) + [
        0.7071067812, 0.3535533906, 0.1767766953, 0.08838834765,
      ])
  }

  @Test("Five heads have those of four, and the first of eight")
  func five() {
    // 2^-2, 2^-4, 2^-6, 2^-8, and 2^-1.
    #expect(ALiBi.slopes(heads: 5) == [0.25, 0.0625, 0.015625, 0.00390625, 0.5])
  }

  @Test("One head has the last slope alone, and two have its square root, too")
  func few() {
    // 2^(-8/1) = 1/256; 2^(-8/2) = 1/16, and 1/256.
    #expect(ALiBi.slopes(heads: 1) == [0.00390625])
    #expect(ALiBi.slopes(heads: 2) == [0.0625, 0.00390625])
  }

  @Test("No two heads have the same slope, however many there are", arguments: 1...130)
  func distinct(heads: Int) {
    let slopes = ALiBi.slopes(heads: heads)
    #expect(slopes.count == heads)
    #expect(Set(slopes).count == heads)
    #expect(slopes.allSatisfy { 0 < $0 && $0 < 1 })
  }

  @Test("A model has them as they are or divided by √d, and none without ALiBi")
  func models() throws {
    // 128 of hidden size and 8 heads: d = 16, and √16 = 4.
    var shape = try ModelShape(
      name: "alibi", layers: 1, hidden: 128, heads: 8, vocabulary: 11, positions: 16)
    #expect(ALiBi.slopes(of: shape) == [])
    shape.architecture.position = .alibi(isDivided: false)
    #expect(ALiBi.slopes(of: shape) == ALiBi.slopes(heads: 8))
    shape.architecture.position = .alibi(isDivided: true)
    // 1/2/4 = 1/8 to 1/256/4 = 1/1024.
    #expect(
      ALiBi.slopes(of: shape) == [
        0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.001953125, 0.0009765625,
      ])
  }
}
