import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Instrument

@Suite struct ActivationTests {
  /// The last is cut into pieces, by rows and by elements.
  static let sizes = [(1, 1), (5, 7), (67, 131)]

  /// An activation function by its definition, and what an element of it counts.
  struct Definition: CustomTestStringConvertible, Sendable {
    let activation: Architecture.Activation
    let operations: [Instrument.Operation]
    let flops: Int
    let backwardFLOPs: Int
    let value: @Sendable (Double) -> Double
    var testDescription: String { activation.rawValue }
  }

  static let definitions = [
    // 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))): five products, two sums and tanh, x³ being one.
    Definition(
      activation: .geluTanh, operations: [.biasGELU, .gelu, .geluBackward], flops: 8,
      backwardFLOPs: 14,
      value: { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * pow($0, 3)))) }),
    // 0.5·x·(1 + erf(x/√2)): three products, a sum and erf.
    Definition(
      activation: .gelu, operations: [.biasGELU, .gelu, .geluBackward], flops: 5, backwardFLOPs: 9,
      value: { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
    // max(0, x).
    Definition(
      activation: .relu, operations: [.biasReLU, .relu, .reluBackward], flops: 1, backwardFLOPs: 1,
      value: { max(0, $0) }),
    // x/(1 + e^-x): a sign, an exponential, a sum and a quotient.
    Definition(
      activation: .silu, operations: [.biasSiLU, .silu, .siluBackward], flops: 4, backwardFLOPs: 8,
      value: { $0 / (1 + exp(-$0)) }),
  ]

  @Test(
    "The bias is added in place, and the output is the activation of the sum",
    arguments: definitions, sizes)
  func forward(_ definition: Definition, size: (R: Int, C: Int)) throws {
    let (R, C) = size
    var random = SplitMix64(seed: 1)
    let (x, b) = (random.floats(R * C, in: -4...4), random.floats(C))
    let (values, account) = try bothWays { engine -> [[Float]] in
      let input = engine.tensor(R, C, x)
      let bias = engine.tensor(1, C, b)
      let output = engine.unwritten(R, C)
      engine.biasActivate(into: output, input, bias: bias, definition.activation)
      let again = engine.unwritten(R, C)
      engine.activate(into: again, input, definition.activation)
      let sum = input.result
      engine.activate(into: input, input, definition.activation)
      let inPlace = engine.tensor(R, C, x)
      engine.biasActivate(into: inPlace, inPlace, bias: bias, definition.activation)
      return [sum, output.result, again.result, input.result, inPlace.result]
    }
    // One rounding, the same as that of Float.
    let sum = x.indices.map { x[$0] + b[$0 % C] }
    #expect(values[0].bits == sum.bits)
    // Some ten operations; the functions and their slopes are around 1 in size.
    let expected = sum.map { definition.value(Double($0)) }
    #expect(relativeError(values[1], expected, size: 1) <= roundingBound(operations: 10))
    for same in values[2...] { #expect(same.bits == values[1].bits) }
    // 1 for the bias, and the activation, twice with it and twice without.
    #expect(account.elementwise == (2 + 4 * definition.flops) * R * C)
    #expect(Set(account.operations.keys) == Set(definition.operations[..<2]))
    // 4 bytes each of input and sum and output, and of the bias; of input and output.
    let bytes = 2 * (3 * 4 * R * C + 4 * C) + 2 * 2 * 4 * R * C
    #expect(account.touchedBytes == bytes)
  }

  @Test(
    "The gradient is turned in place, by the slope at the input", arguments: definitions, sizes)
  func backward(_ definition: Definition, size: (R: Int, C: Int)) throws {
    let (R, C) = size
    var random = SplitMix64(seed: 2)
    let (x, dy) = (random.floats(R * C, in: -4...4), random.floats(R * C))
    // ReLU has its kink at 0, and no number here is as near to it as a step of the differences.
    #expect(x.allSatisfy { abs($0) > 2e-5 })
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let input = engine.tensor(R, C, x)
      let gradient = engine.tensor(R, C, dy)
      engine.activateBackward(gradient, input: input, definition.activation)
      let byOutput = engine.tensor(R, C, dy)
      if definition.activation.isKnownByOutput {
        engine.activate(into: input, input, definition.activation)
        engine.activateBackward(byOutput, input: input, definition.activation)
      }
      return [gradient.result, byOutput.result]
    }
    let expected = zip(x, dy).map { x, dy in
      centralDifferences([Double(x)]) { Double(dy) * definition.value($0[0]) }[0]
    }
    // As forward, and as many operations again; slopes and gradients are up to 1 and 2.
    #expect(relativeError(values[0], expected, size: 2) <= roundingBound(operations: 16))
    if definition.activation.isKnownByOutput {
      #expect(definition.activation == .relu)
      #expect(values[1].bits == values[0].bits)
    }
    let line = try #require(account.operations[definition.operations[2]])
    #expect(line.elementwise == line.calls * definition.backwardFLOPs * R * C)
    // The input and the gradient read, and the gradient written.
    #expect(line.touchedBytes == line.calls * 3 * 4 * R * C)
  }

  @Test(
    "A product may replace either of its factors, and a tensor is scaled in place",
    arguments: [1, 17, 4099])
  func products(_ count: Int) throws {
    var random = SplitMix64(seed: 3)
    let (x, y) = (random.floats(count), random.floats(count))
    let (values, account) = try bothWays { engine -> [[Float]] in
      let first = engine.tensor(1, count, x)
      let second = engine.tensor(1, count, y)
      let output = engine.unwritten(1, count)
      engine.multiply(into: output, first, second)
      engine.multiply(into: first, first, second)
      engine.multiply(into: second, output, second)
      let product = output.result
      engine.scale(output, by: 45.254834)
      return [product, first.result, second.result, output.result]
    }
    // One rounding each, the same as that of Float.
    let product = zip(x, y).map { $0 * $1 }
    #expect(values[0].bits == product.bits)
    #expect(values[1].bits == product.bits)
    #expect(values[2].bits == zip(product, y).map { $0 * $1 }.bits)
    #expect(values[3].bits == product.map { $0 * 45.254834 }.bits)
    // Three products and a scaling; two factors and a product, and one tensor read and written.
    #expect(account.elementwise == 4 * count)
    #expect(account.touchedBytes == (3 * 3 + 2) * 4 * count)
  }
}
