import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// Ops on tensors of 16 bits: the same results, rounded where they are stored.
@Suite struct HalfPrecisionTests {
  /// Half of the distance between 1 and the next number: 8 bits of significand, and 11.
  static let formats: [(precision: Precision, unit: Double)] = [(.bf16, 0x1p-8), (.fp16, 0x1p-11)]

  /// Below a tile's side, above it in one direction each, and above it in all.
  static let sizes = [(3, 5, 7), (530, 3, 5), (3, 530, 5), (3, 5, 1100), (515, 520, 530)]

  @Test(
    "A product of 16-bit operands is that of their values, rounded once", arguments: sizes, formats)
  func product(size: (Int, Int, Int), format: (precision: Precision, unit: Double)) throws {
    let (m, n, k) = size
    var random = SplitMix64(seed: UInt64(m + n + k))
    let (x, w, before) = (random.floats(m * k), random.floats(n * k), random.floats(m * n))
    for accumulating in [false, true] {
      let ((output, input, weight, start), account) = try bothWays { engine in
        engine.formats = Formats(all: format.precision)
        let input = engine.tensor(m, k, x)
        let weight = engine.tensor(n, k, w)
        let output = engine.tensor(m, n, before)
        let start = output.result
        engine.multiply(
          MatrixProduct(m: m, n: n, k: k, transposeB: true, beta: accumulating ? 1 : 0), .logits,
          output.elements, input.elements, weight.elements)
        return (output.result, input.result, weight.result, start)
      }
      var expected = InstrumentTests.product(
        input.doubles, weight.doubles, m: m, n: n, k: k, transposeB: true)
      if accumulating { for index in expected.indices { expected[index] += Double(start[index]) } }
      let bound = format.unit + roundingBound(operations: 2, sumOf: k)
      #expect(relativeError(output, expected) <= bound)
      #expect(account.matmul == 2 * m * n * k)
      #expect(account.touchedBytes == 2 * (m * k + k * n + m * n))
    }
  }

  @Test("A gradient in fp32 is added to in fp32", arguments: formats)
  func mainGradient(format: (precision: Precision, unit: Double)) throws {
    let (R, input, output) = (5, 3, 4)
    var random = SplitMix64(seed: 3)
    let (x, dy, before) = (
      random.floats(R * input), random.floats(R * output), random.floats(input * output)
    )
    let ((result, a, b), _) = try bothWays(.backward) { engine in
      engine.formats = Formats(all: format.precision)
      let x = engine.tensor(R, input, x)
      let dy = engine.tensor(R, output, dy)
      let gradient = engine.make(output, input, .gradient, .mlpUpWeight, precision: .fp32)
      if engine.isReal { gradient.assign(before) }
      engine.linearWeightGradient(into: gradient, accumulating: true, dy, input: x)
      return (gradient.result, x.result, dy.result)
    }
    var expected = InstrumentTests.product(
      b.doubles, a.doubles, m: output, n: input, k: R, transposeA: true)
    for index in expected.indices { expected[index] += Double(before[index]) }
    #expect(relativeError(result, expected) <= roundingBound(operations: 2, sumOf: R))
  }

  typealias Keeping = ReferenceAttention.Keeping

  static let keepings = [
    Keeping(), Keeping(scores: true, dropped: true, mask: true),
    Keeping(dropped: true, mask: true, layout: .repeated),
  ]

  /// Queries, keys and values, probabilities before and after dropout, the context, and in backward
  /// its gradient and the result: so many tensors are rounded on the way, each by a unit of what
  /// may be 4 times as large as the result where scores cancel.
  private static func bound(_ unit: Double) -> Double { 8 * 4 * unit }

  @Test("Dense attention agrees with the definition within rounding", arguments: formats, keepings)
  func eager(format: (precision: Precision, unit: Double), keeping: Keeping) throws {
    for probability in [0, 0.25] as [Float] {
      let reference = try ReferenceAttention(
        (B: 2, a: 6, T: 67, d: 16), kvHeads: 3, dropout: probability)
      let (values, _) = try bothWays { engine in
        engine.formats = Formats(all: format.precision)
        return reference.runEager(keeping, engine)
      }
      let expected = reference.run()
      let bound = Self.bound(format.unit)
      #expect(relativeError(values[0], expected.context) <= bound)
      #expect(relativeError(values[1], expected.probabilities) <= bound)
      #expect(relativeError(values[2], expected.qkvGradient, size: 4) <= bound)
    }
  }

  @Test("Tiled attention agrees with the definition within rounding", arguments: formats)
  func flash(format: (precision: Precision, unit: Double)) throws {
    for probability in [0, 0.25] as [Float] {
      let reference = try ReferenceAttention(
        (B: 2, a: 6, T: 150, d: 16), kvHeads: 3, dropout: probability)
      let (values, _) = try bothWays { engine in
        engine.formats = Formats(all: format.precision)
        return reference.runFlash(.fused, engine)
      }
      let expected = reference.run()
      let bound = Self.bound(format.unit)
      #expect(relativeError(values[0], expected.context) <= bound)
      #expect(relativeError(values[1], expected.logSumExp) <= bound)
      #expect(relativeError(values[2], expected.qkvGradient, size: 4) <= bound)
    }
  }

  @Test("The gradient of a token that occurs often is rounded once", arguments: formats)
  func embedding(format: (precision: Precision, unit: Double)) throws {
    // 1,000 times 1/512: added one by one to a bfloat16, the sum would stop at 1/2.
    let count = 1000
    let (result, _) = try bothWays(.backward) { engine in
      engine.formats = Formats(all: format.precision)
      let table = engine.tensor(3, 1, [0, 0, 0])
      let gradient = engine.tensor(count, 1, [Float](repeating: 0x1p-9, count: count))
      let tokens = engine.tokens(1, count, [Int64](repeating: 1, count: count))
      engine.embedBackward(token: table, from: gradient, tokens: tokens)
      return table.result
    }
    #expect(abs(Double(result[1]) / (Double(count) * 0x1p-9) - 1) <= format.unit)
    #expect(result[0] == 0 && result[2] == 0)
  }
}
