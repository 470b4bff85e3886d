import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct OptimizerTests {
  @Test("A sum of squares loses nothing, however long", arguments: [1, 3, 17, 768, 1_000_003])
  func squares(n: Int) {
    var random = SplitMix64(seed: 1)
    let x = random.floats(n)
    let expected = x.doubles.reduce(0) { $0 + $1 * $1 }
    // The plain sum here is the worse of the two: n roundings of 2^-53, of which many have the same
    // sign, because the numbers lie on a grid. A sum in float would be off by 1e-5.
    #expect(abs(sum_of_squares(x, n) - expected) <= expected * Double(n) * 0x1p-53)
  }

  @Test("AdamW agrees with its paper's algorithm over five steps", arguments: [1, 3, 17, 768])
  func adam(n: Int) {
    var random = SplitMix64(seed: 2)
    var parameter = random.floats(n)
    var m = zeros(n)
    var v = zeros(n)
    var reference = Reference.Adam(parameter: parameter.doubles, m: m.doubles, v: v.doubles)
    let (rate, beta1, beta2, epsilon, decay) = (
      Float(0.01), Float(0.9), Float(0.95), Float(1e-8), Float(0.1)
    )
    let clipping: Float = 0.5

    for t in 1...5 {
      let gradient = random.floats(n)
      var constants = adam_constants(
        gradientScale: clipping, learningRate: rate, beta1: beta1, beta2: beta2,
        epsilon: epsilon, weightDecay: decay,
        correction1: Float(1 - pow(Double(beta1), Double(t))),
        correction2: Float(1 - pow(Double(beta2), Double(t))))
      adamw(&parameter, &m, &v, gradient, &constants, n)
      reference.step(
        gradient.doubles.map { $0 * Double(clipping) }, number: t, learningRate: Double(rate),
        beta1: Double(beta1), beta2: Double(beta2), epsilon: Double(epsilon),
        weightDecay: Double(decay))
      // A few roundings a step, of which each is carried on.
      #expect(relativeError(m, reference.m, size: 0.1) <= roundingBound(operations: 3 * t))
      #expect(relativeError(v, reference.v) <= roundingBound(operations: 4 * t))
      #expect(relativeError(parameter, reference.parameter) <= roundingBound(operations: 3 * t))
    }
  }

  @Test("The update itself is right to six digits, not only beside the parameter")
  func update() {
    let n = 17
    var random = SplitMix64(seed: 3)
    let gradient = random.floats(n)
    var parameter = zeros(n)
    var m = random.floats(n)
    var v = random.floats(n, in: 0.5...2)
    var reference = Reference.Adam(parameter: parameter.doubles, m: m.doubles, v: v.doubles)
    reference.step(
      gradient.doubles, number: 3, learningRate: 1, beta1: 0.75, beta2: 0.5, epsilon: 0.125,
      weightDecay: 0.5)
    // 0.75³ = 0.421875, 0.5³ = 0.125
    var constants = adam_constants(
      gradientScale: 1, learningRate: 1, beta1: 0.75, beta2: 0.5, epsilon: 0.125,
      weightDecay: 0.5, correction1: 1 - 0.421875, correction2: 1 - 0.125)
    adamw(&parameter, &m, &v, gradient, &constants, n)
    #expect(relativeError(parameter, reference.parameter) <= roundingBound(operations: 8))
  }

  @Test("A zero gradient leaves only weight decay")
  func zeroGradient() {
    let parameter: [Float] = [1, -2, 0]
    var (p, m, v) = (parameter, zeros(3), zeros(3))
    var constants = adam_constants(
      gradientScale: 1, learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
      weightDecay: 0.25, correction1: 0.1, correction2: 0.05)
    adamw(&p, &m, &v, zeros(3), &constants, 3)
    #expect(p == [0.875, -1.75, 0])
    #expect(m == [0, 0, 0] && v == [0, 0, 0])
  }

  @Test("AdamW on the parts equals AdamW on the whole, bit for bit")
  func pieces() {
    let n = 77
    var random = SplitMix64(seed: 4)
    let (p, m, g) = (random.floats(n), random.floats(n), random.floats(n))
    let v = random.floats(n, in: 0...1)
    func run(_ r: Range<Int>) -> [UInt32] {
      var (p, m, v) = (Array(p[r]), Array(m[r]), Array(v[r]))
      var constants = adam_constants(
        gradientScale: 0.7, learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
        weightDecay: 0.1, correction1: 0.19, correction2: 0.0975)
      adamw(&p, &m, &v, Array(g[r]), &constants, r.count)
      return p.bits
    }
    #expect(run(0..<30) + run(30..<31) + run(31..<77) == run(0..<77))
  }
}
