import Foundation
import TestSupport
import Testing

@testable import Instrument

@Suite struct GELUTests {
  /// The last is cut into two pieces, by rows and by elements.
  static let sizes = [(1, 1), (5, 7), (33, 131)]

  /// 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
  private static func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  @Test("The bias is added in place, and the output is GELU of the sum", arguments: sizes)
  func forward(R: Int, C: Int) throws {
    var random = SplitMix64(seed: 1)
    let (x, b) = (random.floats(R * C, in: -4...4), random.floats(C))
    let (values, account) = try bothWays { engine -> [[Float]] in
      let input = engine.tensor(R, C, x)
      let bias = engine.tensor(1, C, b)
      let output = engine.unwritten(R, C)
      engine.biasActivate(into: output, input, bias: bias, .geluTanh)
      let again = engine.unwritten(R, C)
      engine.activate(into: again, input, .geluTanh)
      return [input.result, output.result, again.result]
    }
    // One rounding, the same as that of Float.
    let sum = x.indices.map { x[$0] + b[$0 % C] }
    #expect(values[0].bits == sum.bits)
    // The argument of tanh, up to 10, is rounded a few times; beyond 1 its slope is below that.
    let expected = sum.map { Self.gelu(Double($0)) }
    #expect(relativeError(values[1], expected, size: 1) <= roundingBound(operations: 8))
    #expect(values[2].bits == values[1].bits)
    // 1 for the bias and 8 for GELU, twice.
    #expect(account.elementwise == (9 + 8) * R * C)
  }

  @Test("The gradient is turned in place, by the slope at the input", arguments: sizes)
  func backward(R: Int, C: Int) throws {
    var random = SplitMix64(seed: 2)
    let (x, dy) = (random.floats(R * C, in: -4...4), random.floats(R * C))
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let input = engine.tensor(R, C, x)
      let gradient = engine.tensor(R, C, dy)
      engine.activateBackward(gradient, input: input, .geluTanh)
      return [gradient.result, input.result]
    }
    let expected = zip(x, dy).map { x, dy in
      centralDifferences([Double(x)]) { Double(dy) * Self.gelu($0[0]) }[0]
    }
    // As forward, and as many operations again; slopes and gradients are up to 1 and 2.
    #expect(relativeError(values[0], expected, size: 2) <= roundingBound(operations: 16))
    #expect(values[1].bits == x.bits)
    #expect(account.elementwise == 14 * R * C)
  }
}
