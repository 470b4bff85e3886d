import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Instrument

/// What is told about positions by sums: sines and cosines in the stream, and biases of scores.
@Suite struct DistanceBiasTests {
  /// Two sequences of 131 tokens, so that tiles of 128 are two by two; three heads of 4.
  static let (B, a, T, d) = (2, 3, 131, 4)

  /// Context, gradient of queries, keys and values, and gradients of the biases by distance.
  private static func run(
    _ mask: AttentionMask, isFlash: Bool, table: [Float], _ engine: Engine
  ) -> [[Float]] {
    var random = SplitMix64(seed: 3)
    let (width, rows) = (3 * a * d, B * T)
    let buckets = RelativeBuckets(
      count: 16, furthest: 64, isBidirectional: mask == .bidirectional)
    let learned = engine.tensor(16, a, table)
    let values = engine.make(a, 2 * T - 1, .temporary, .distanceBias, precision: .fp32)
    engine.distanceBias(into: values, table: learned, buckets)
    let gradients: Tensor? = engine.tensor(
      B * a, 2 * T - 1, [Float](repeating: 0, count: B * a * (2 * T - 1)))
    let shape = AttentionShape(
      batch: B, heads: a, sequence: T, headDimension: d, mask: mask,
      bias: DistanceBias(values, gradients: gradients), scale: 1)
    let dropout = Dropout(probability: 0, seed: 0)
    let heads = QueryKeyValue.fused(
      engine.tensor(rows, width, random.floats(rows * width, in: -1...1)))
    let context = engine.unwritten(rows, a * d)
    let incoming = engine.tensor(rows, a * d, random.floats(rows * a * d, in: -1...1))
    let headsGradient = engine.unwritten(rows, width)
    if isFlash {
      let sums = engine.make(
        shape.items, T, .activation, .attentionLogSumExp, precision: .fp32)
      engine.flashAttention(into: context, logSumExp: sums, heads.places(shape), shape, dropout)
      engine.flashAttentionBackward(
        into: HeadPlaces(fused: headsGradient, shape), from: incoming, context: context,
        logSumExp: sums, heads.places(shape), shape, dropout)
    } else {
      let probabilities = engine.unwritten(B * a * T, T)
      let attention = DenseAttention(
        AttentionMatrices(scores: nil, probabilities: probabilities, dropped: nil, mask: nil),
        heads.places(shape), shape, dropout)
      engine.attend(into: context, attention)
      engine.attendBackward(
        into: HeadPlaces(fused: headsGradient, shape), from: incoming, attention)
    }
    let ofTable = engine.unwritten(16, a)
    if let gradients {
      engine.distanceBiasBackward(
        table: ofTable, accumulating: false, from: gradients, buckets)
    }
    let loss = zip(context.result, incoming.result).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let results = [context.result, headsGradient.result, ofTable.result, [Float(loss)]]
    // The addresses above are valid as long as the tensors live.
    _ = consume values
    _ = consume heads
    return results
  }

  @Test(
    "Tiles give what whole rows of scores give, biases and their gradients included",
    arguments: [AttentionMask.causal, .bidirectional])
  func tiles(_ mask: AttentionMask) throws {
    var random = SplitMix64(seed: 7)
    let table = random.floats(16 * Self.a, in: -1...1)
    let dense = try bothWays { Self.run(mask, isFlash: false, table: table, $0) }.result
    let tiled = try bothWays { Self.run(mask, isFlash: true, table: table, $0) }.result
    for (expected, actual) in zip(dense, tiled) {
      // Sums of 131 terms in another order.
      #expect(relativeError(actual, expected.doubles) <= 1e-5)
    }
  }

  @Test(
    "The gradient of the biases is the slope of the loss along it",
    arguments: [AttentionMask.causal, .bidirectional])
  func slope(_ mask: AttentionMask) throws {
    var random = SplitMix64(seed: 7)
    let table = random.floats(16 * Self.a, in: -1...1)
    func loss(_ table: [Float]) throws -> (Double, [Float]) {
      let engine = try Engine(expecting: 1 << 20)
      let results = Self.run(mask, isFlash: false, table: table, engine)
      return (Double(results[3][0]), results[2])
    }
    let gradient = try loss(table).1.doubles
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let sides = try [0.05, -0.05].map { step in
      try loss(zip(table, gradient).map { $0 + Float(step * $1 / norm) }).0
    }
    // Central differences of width 0.1 err by its square, and the loss by its rounding over 0.1.
    #expect(abs((sides[0] - sides[1]) / 0.1 / norm - 1) <= 0.01)
  }

  @Test("Sines and cosines of positions are those of the paper, for thousands of them")
  func sinusoids() throws {
    let (T, C) = (3000, 6)
    let values = try bothWays { engine in
      let stream = engine.tensor(2 * T, C, [Float](repeating: 0.25, count: 2 * T * C))
      engine.addSinusoids(stream, sequence: T)
      return stream.result
    }.result
    for row in [0, 1, 7, 2999, 3000, 5999] {
      for i in 0..<C / 2 {
        let angle = Double(row % T) / pow(10_000, Double(2 * i) / Double(C))
        // Half a unit in the last place of a sum below 2.
        #expect(abs(Double(values[row * C + i]) - 0.25 - sin(angle)) <= 1.2e-7)
        #expect(abs(Double(values[row * C + C / 2 + i]) - 0.25 - cos(angle)) <= 1.2e-7)
      }
    }
  }
}
