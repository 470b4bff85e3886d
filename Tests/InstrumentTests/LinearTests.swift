import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct LinearTests {
  /// Rows, inputs and outputs: one, odd, and enough to be cut up both ways.
  static let sizes = [(1, 1, 1), (5, 7, 3), (33, 19, 131), (3, 131, 67)]

  @Test("A linear layer is x·Wᵀ, and its gradients dy·W and dyᵀ·x", arguments: sizes)
  func products(R: Int, input: Int, output: Int) throws {
    var random = SplitMix64(seed: 1)
    let (x, w) = (random.floats(R * input), random.floats(output * input))
    let dy = random.floats(R * output)
    let (values, account) = try bothWays { engine -> [[Float]] in
      let input_ = engine.tensor(R, input, x)
      let weight = engine.tensor(output, input, w, .mlpUpWeight)
      let y = engine.unwritten(R, output)
      engine.linear(into: y, input_, weight: weight)
      let gradient = engine.tensor(R, output, dy)
      let dx = engine.unwritten(R, input)
      engine.linearInputGradient(into: dx, gradient, weight: weight)
      let dw = engine.unwritten(output, input, .mlpUpWeight)
      engine.linearWeightGradient(into: dw, accumulating: false, gradient, input: input_)
      let once = dw.result
      engine.linearWeightGradient(into: dw, accumulating: true, gradient, input: input_)
      return [y.result, dx.result, once, dw.result]
    }
    let expected = [
      product(x.doubles, w.doubles, m: R, n: output, k: input, transposeB: true),
      product(dy.doubles, w.doubles, m: R, n: input, k: output),
      product(dy.doubles, x.doubles, m: output, n: input, k: R, transposeA: true),
    ]
    for (index, terms) in [input, output, R].enumerated() {
      let error = relativeError(values[index], expected[index])
      #expect(error <= roundingBound(operations: 1, sumOf: terms), "\(index)")
    }
    let twice = expected[2].map { 2 * $0 }
    #expect(relativeError(values[3], twice) <= roundingBound(operations: 2, sumOf: R))
    // Four products of 2·R·in·out each, all under the weight's role.
    #expect(account.matmul == 4 * 2 * R * input * output)
    #expect(account.products.keys.map(\.role) == [.mlpUpWeight])
  }

  @Test("The gradient of an input may be added to another layer's share", arguments: sizes)
  func accumulatedInputGradient(R: Int, input: Int, output: Int) throws {
    var random = SplitMix64(seed: 4)
    let (w, dy) = (random.floats(output * input), random.floats(R * output))
    let share = random.floats(R * input)
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let weight = engine.tensor(output, input, w, .mlpUpWeight)
      let gradient = engine.tensor(R, output, dy)
      let dx = engine.tensor(R, input, share)
      engine.linearInputGradient(into: dx, accumulating: true, gradient, weight: weight)
      let added = dx.result
      engine.linearInputGradient(into: dx, accumulating: false, gradient, weight: weight)
      return [added, dx.result]
    }
    let alone = product(dy.doubles, w.doubles, m: R, n: input, k: output)
    let sum = zip(alone, share).map { $0 + Double($1) }
    #expect(relativeError(values[0], sum) <= roundingBound(operations: 2, sumOf: output))
    #expect(relativeError(values[1], alone) <= roundingBound(operations: 1, sumOf: output))
    // Two products of 2·R·in·out; the sum that one ends in is part of it.
    #expect(account.matmul == 2 * 2 * R * input * output)
    #expect(account.elementwise == 0)
  }

  @Test("A bias is added to every row, and its gradient is the sum over them", arguments: sizes)
  func bias(R: Int, _: Int, C: Int) throws {
    var random = SplitMix64(seed: 2)
    let (x, b, r, dy) = (
      random.floats(R * C), random.floats(C), random.floats(R * C), random.floats(R * C)
    )
    let (values, account) = try bothWays { engine -> [[Float]] in
      let bias = engine.tensor(1, C, b)
      let y = engine.tensor(R, C, x)
      engine.addBias(y, bias)
      let branch = engine.tensor(R, C, x)
      let residual = engine.tensor(R, C, r)
      engine.addBiasAndResidual(branch, bias: bias, residual: residual)
      let gradient = engine.tensor(R, C, dy)
      let db = engine.unwritten(1, C)
      engine.biasGradient(into: db, accumulating: false, gradient)
      let once = db.result
      engine.biasGradient(into: db, accumulating: true, gradient)
      return [y.result, branch.result, once, db.result]
    }
    let sum = x.indices.map { Double(x[$0]) + Double(b[$0 % C]) }
    #expect(relativeError(values[0], sum) <= roundingBound(operations: 1))
    let stream = sum.indices.map { sum[$0] + Double(r[$0]) }
    #expect(relativeError(values[1], stream) <= roundingBound(operations: 2))
    let db = columnSums(dy.doubles, C)
    #expect(relativeError(values[2], db) <= roundingBound(operations: 1, sumOf: R))
    #expect(relativeError(values[3], db.map { 2 * $0 }) <= roundingBound(operations: 2, sumOf: R))
    // R·C for the bias, 2·R·C for bias and residual, R·C for each gradient.
    #expect(account.elementwise == 5 * R * C)
    #expect(account.matmul == 0)
  }

  @Test("A sum may replace either of its terms", arguments: [1, 17, 4099])
  func addition(_ count: Int) throws {
    var random = SplitMix64(seed: 3)
    let (x, y) = (random.floats(count), random.floats(count))
    let (values, _) = try bothWays { engine -> [[Float]] in
      let first = engine.tensor(1, count, x)
      let second = engine.tensor(1, count, y)
      let output = engine.unwritten(1, count)
      engine.add(into: output, first, second)
      engine.add(into: first, first, second)
      engine.add(into: second, output, second)
      return [output.result, first.result, second.result]
    }
    // One rounding, the same as that of Float.
    let sum = zip(x, y).map { $0 + $1 }
    #expect(values[0].bits == sum.bits)
    #expect(values[1].bits == sum.bits)
    #expect(values[2].bits == zip(sum, y).map { $0 + $1 }.bits)
  }
}
