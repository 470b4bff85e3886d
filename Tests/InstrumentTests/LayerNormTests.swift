import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct LayerNormTests {
  static let sizes = [(1, 3), (5, 19), (33, 67)]
  static let epsilon: Float = 1e-3

  /// (x - mean) / √(variance + ε) · weight + bias, of one row.
  private static func norm(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let (mean, rstd) = statistics(x)
    return x.indices.map { (x[$0] - mean) * rstd * weight[$0] + bias[$0] }
  }

  private static func statistics(_ x: [Double]) -> (mean: Double, rstd: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return (mean, 1 / (variance + Double(epsilon)).squareRoot())
  }

  private struct Case {
    let x, weight, bias, dy, stream: [Float]

    init(_ R: Int, _ C: Int) {
      var random = SplitMix64(seed: UInt64(C))
      x = random.floats(R * C, in: -1...3)
      (weight, bias) = (random.floats(C), random.floats(C))
      (dy, stream) = (random.floats(R * C), random.floats(R * C))
    }

    func rowwise(_ body: (_ x: [Double], _ dy: [Double]) -> [Double]) -> [Double] {
      zip(rows(x.doubles, weight.count), rows(dy.doubles, weight.count)).flatMap(body)
    }
  }

  @Test(
    "Output and statistics agree with the definition, and are the same made again", arguments: sizes
  )
  func forward(R: Int, C: Int) throws {
    let test = Case(R, C)
    let (values, account) = try bothWays { engine -> [[Float]] in
      let x = engine.tensor(R, C, test.x)
      let weight = engine.tensor(1, C, test.weight)
      let bias = engine.tensor(1, C, test.bias)
      let output = engine.unwritten(R, C)
      let mean = engine.unwritten(R, 1)
      let rstd = engine.unwritten(R, 1)
      engine.layerNorm(
        into: output, mean: mean, rstd: rstd, x, weight: weight, bias: bias, epsilon: Self.epsilon)
      let first = [output.result, mean.result, rstd.result]
      let again = engine.unwritten(R, C)
      let meanAgain = engine.unwritten(R, 1)
      let rstdAgain = engine.unwritten(R, 1)
      engine.layerNormStatistics(mean: meanAgain, rstd: rstdAgain, x, epsilon: Self.epsilon)
      engine.layerNormApply(into: again, x, mean: mean, rstd: rstd, weight: weight, bias: bias)
      return first + [again.result, meanAgain.result, rstdAgain.result]
    }
    let output = test.rowwise { x, _ in Self.norm(x, test.weight.doubles, test.bias.doubles) }
    let statistics = rows(test.x.doubles, C).map(Self.statistics)
    // Two sums over C, and some ten operations an element.
    let allowed = roundingBound(operations: 10, sumOf: 2 * C)
    #expect(relativeError(values[0], output) <= allowed)
    #expect(relativeError(values[1], statistics.map(\.mean), size: 3) <= allowed)
    #expect(relativeError(values[2], statistics.map(\.rstd)) <= allowed)
    for index in 0..<3 { #expect(values[index].bits == values[index + 3].bits) }
    // 8 an element; made again, 4 for the statistics and 4 for the output.
    #expect(account.elementwise == 16 * R * C)
  }

  @Test(
    "Gradients agree with the definition's, added to what is there or not", arguments: sizes,
    [(false, false), (true, false), (false, true), (true, true)])
  func backward(size: (Int, Int), adding: (residual: Bool, parameters: Bool)) throws {
    let (R, C) = size
    let test = Case(R, C)
    let statistics = rows(test.x.doubles, C).map(Self.statistics)
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let x = engine.tensor(R, C, test.x)
      let weight = engine.tensor(1, C, test.weight)
      let mean = engine.tensor(R, 1, statistics.map { Float($0.mean) })
      let rstd = engine.tensor(R, 1, statistics.map { Float($0.rstd) })
      let dy = engine.tensor(R, C, test.dy)
      let dx = adding.residual ? engine.tensor(R, C, test.stream) : engine.unwritten(R, C)
      let dw = adding.parameters ? engine.tensor(1, C, test.weight) : engine.unwritten(1, C)
      let db = adding.parameters ? engine.tensor(1, C, test.bias) : engine.unwritten(1, C)
      engine.layerNormBackward(
        dx, addingResidual: adding.residual, weightGradient: dw, biasGradient: db,
        accumulating: adding.parameters, from: dy, input: x, mean: mean, rstd: rstd, weight: weight)
      return [dx.result, dw.result, db.result]
    }
    let (weight, bias) = (test.weight.doubles, test.bias.doubles)
    func sum(_ gradient: [Double], _ before: [Float], if adds: Bool) -> [Double] {
      adds ? zip(gradient, before).map { $0 + Double($1) } : gradient
    }
    let dx = test.rowwise { x, dy in
      centralDifferences(x) { dot(dy, Self.norm($0, weight, bias)) }
    }
    let ones = [Double](repeating: 1, count: C)
    let zeros = [Double](repeating: 0, count: C)
    let dw = columnSums(
      test.rowwise { x, dy in zip(dy, Self.norm(x, ones, zeros)).map { $0 * $1 } }, C)
    let db = columnSums(test.dy.doubles, C)
    // As forward, and three sums more; those of rows over R. Terms are up to 4·rstd in size.
    let allowed = roundingBound(operations: 20, sumOf: 5 * C)
    #expect(
      relativeError(values[0], sum(dx, test.stream, if: adding.residual), size: 4) <= allowed)
    let allowedSum = roundingBound(operations: 10, sumOf: R)
    #expect(relativeError(values[1], sum(dw, test.weight, if: adding.parameters)) <= allowedSum)
    #expect(relativeError(values[2], sum(db, test.bias, if: adding.parameters)) <= allowedSum)
    #expect(account.elementwise == 17 * R * C)
  }
}
