import Foundation
import TestSupport
import Testing

@testable import Instrument

@Suite struct AdamWTests {
  /// The last is cut into two pieces.
  static let counts = [1, 19, 16_387]

  @Test("Updates agree with algorithm 2 of the paper, in double precision", arguments: counts)
  func update(_ count: Int) throws {
    var random = SplitMix64(seed: 1)
    let weights = random.floats(count)
    let gradients = (0..<3).map { _ in random.floats(count) }
    let (rate, decay, scale, epsilon) = (Float(0.0625), Float(0.25), Float(0.5), Float(0x1p-20))
    let (beta1, beta2) = (Float(0.875), Float(0.96875))
    let (values, account) = try bothWays(.optimizer) { engine -> [[Float]] in
      let parameter = engine.tensor(1, count, weights)
      let first = engine.tensor(1, count, [Float](repeating: 0, count: count))
      let second = engine.tensor(1, count, [Float](repeating: 0, count: count))
      for (index, values) in gradients.enumerated() {
        let gradient = engine.tensor(1, count, values)
        engine.adamW(
          parameter, firstMoment: first, secondMoment: second, gradient: gradient,
          AdamWStep(
            learningRate: rate, betas: (beta1, beta2), epsilon: epsilon, weightDecay: decay,
            gradientScale: scale, step: index + 1))
      }
      return [parameter.result, first.result, second.result]
    }
    var (p, m, v) = (weights.doubles, [Double](), [Double]())
    m = p.map { _ in 0 }
    v = m
    for (index, gradient) in gradients.enumerated() {
      for i in 0..<count {
        let g = Double(gradient[i]) * Double(scale)
        m[i] = Double(beta1) * m[i] + (1 - Double(beta1)) * g
        v[i] = Double(beta2) * v[i] + (1 - Double(beta2)) * g * g
        let first = m[i] / (1 - pow(Double(beta1), Double(index + 1)))
        let second = v[i] / (1 - pow(Double(beta2), Double(index + 1)))
        let step = first / (second.squareRoot() + Double(epsilon))
        p[i] -= Double(rate) * (step + Double(decay) * p[i])
      }
    }
    // A few roundings in each of three steps, carried on.
    #expect(relativeError(values[0], p, size: 1) <= roundingBound(operations: 9))
    #expect(relativeError(values[1], m, size: 1) <= roundingBound(operations: 9))
    #expect(relativeError(values[2], v, size: 1) <= roundingBound(operations: 12))
    // 16 a parameter and step; seven tensors of 4 bytes read or written.
    #expect(account.elementwise == 3 * 16 * count)
    #expect(account.touchedBytes == 3 * 7 * 4 * count)
  }

  @Test("A sum of squares is that in double precision", arguments: [1, 19, 65_539])
  func squares(_ count: Int) throws {
    var random = SplitMix64(seed: 2)
    let x = random.floats(count)
    let (sum, account) = try bothWays(.optimizer) { engine -> Double? in
      let tensor = engine.tensor(1, count, x)
      return engine.sumOfSquares(tensor)
    }
    let expected = x.reduce(0) { $0 + Double($1) * Double($1) }
    // Both sums round `count` times to 2⁻⁵³; one in fp32 would be off by some 1e-5.
    #expect(abs((sum ?? .nan) / expected - 1) <= Double(count) * 0x1p-52)
    #expect(account.elementwise == 2 * count)
  }
}
