import Foundation
import TestSupport
import Testing

@testable import Instrument

@Suite struct CrossEntropyTests {
  /// Batch, sequence, vocabulary.
  static let sizes = [(1, 1, 1), (2, 3, 17), (3, 11, 259)]

  private static func logSoftmax(_ x: [Double]) -> [Double] {
    let logSum = log(x.reduce(0) { $0 + exp($1) })
    return x.map { $0 - logSum }
  }

  @Test(
    "Losses, log-probabilities and probabilities agree with the definition, in place too",
    arguments: sizes)
  func forward(B: Int, T: Int, V: Int) throws {
    let R = B * T
    var random = SplitMix64(seed: 1)
    let (x, ids) = (random.floats(R * V, in: -8...8), random.indices(R, below: V))
    let (values, account) = try bothWays { engine -> [[Float]] in
      let logits = engine.tensor(R, V, x)
      let targets = engine.tokens(B, T, ids)
      return [Engine.Distribution.logarithm, .probability].flatMap { form in
        let output = engine.unwritten(R, V)
        let losses = engine.unwritten(R, 1)
        engine.crossEntropy(into: output, as: form, losses: losses, logits, targets: targets)
        let mean = engine.mean(losses, targets: targets).map { [Float($0)] } ?? []
        let inPlace = engine.tensor(R, V, x)
        engine.crossEntropy(into: inPlace, as: form, losses: losses, inPlace, targets: targets)
        return [output.result, losses.result, inPlace.result, mean]
      }
    }
    let expected = rows(x.doubles, V).map(Self.logSoftmax)
    let losses = expected.indices.map { -expected[$0][Int(ids[$0])] }
    // The difference from the maximum, up to 16, is rounded before the exponential; then a sum.
    let allowed = roundingBound(operations: 20, sumOf: V)
    #expect(relativeError(values[0], expected.flatMap { $0 }, size: 1) <= allowed)
    #expect(relativeError(values[4], expected.flatMap { $0.map(exp) }) <= allowed)
    let mean = losses.reduce(0, +) / Double(R)
    for form in [0, 4] {
      #expect(relativeError(values[form + 1], losses, size: 1) <= allowed)
      #expect(values[form + 2].bits == values[form].bits)
      #expect(relativeError(values[form + 3], [mean], size: 1) <= allowed)
    }
    // 5 a logit, four times; an addition a row for each of two means.
    #expect(account.elementwise == 4 * 5 * R * V + 2 * R)
  }

  @Test("The gradient is that of the mean loss, from either form, in place too", arguments: sizes)
  func backward(B: Int, T: Int, V: Int) throws {
    let R = B * T
    var random = SplitMix64(seed: 2)
    let (x, ids) = (random.floats(R * V, in: -3...3), random.indices(R, below: V))
    let logs = rows(x.doubles, V).flatMap(Self.logSoftmax)
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let targets = engine.tokens(B, T, ids)
      func gradients(_ values: [Double], _ form: Engine.Distribution) -> [[Float]] {
        let output = engine.tensor(R, V, values.map(Float.init))
        let gradient = engine.unwritten(R, V)
        engine.crossEntropyBackward(
          into: gradient, output, as: form, targets: targets, scale: 1 / Float(R))
        engine.crossEntropyBackward(
          into: output, output, as: form, targets: targets, scale: 1 / Float(R))
        return [gradient.result, output.result]
      }
      return gradients(logs, .logarithm) + gradients(logs.map(exp), .probability)
    }
    let expected = zip(rows(x.doubles, V), ids).flatMap { row, target in
      centralDifferences(row) { -Self.logSoftmax($0)[Int(target)] / Double(R) }
    }
    // Log-probabilities of up to -13 come rounded to 13·2⁻²⁴; then an exponential, a difference
    // and a scale. A row's largest term, its target's, is near 1/R.
    for value in values {
      #expect(relativeError(value, expected, size: 1 / Double(R)) <= roundingBound(operations: 12))
    }
    #expect(values[0].bits == values[1].bits)
    #expect(values[2].bits == values[3].bits)
    #expect(account.elementwise == 4 * 3 * R * V)
  }
}
