import CKernels
import TestSupport
import Testing

@Suite struct ActivationTests {
  static let counts = [1, 3, 17, 768, 5 * 768]

  @Test("Activations agree with their definitions", arguments: Activation.all, counts)
  func forward(_ activation: Activation, n: Int) {
    var random = SplitMix64(seed: 1)
    let x = random.floats(n, in: -6...6)
    var out = garbage(n)
    activation.forward(&out, x, n)
    // Some ten operations; `ActivationAccuracyTests` has them more closely.
    #expect(
      relativeError(out, x.doubles.map(activation.value), size: 1) <= roundingBound(operations: 10))
  }

  @Test(
    "The gradients of activations agree with their definitions", arguments: Activation.all, counts)
  func backward(_ activation: Activation, n: Int) {
    var random = SplitMix64(seed: 2)
    let x = random.floats(n, in: -6...6)
    let dout = random.floats(n)
    let expected = zip(x.doubles, dout.doubles).map { activation.slope($0) * $1 }
    if n < 1000 {
      // ReLU has its kink at 0, and no number here is as near to it as a step of the differences.
      #expect(x.allSatisfy { abs($0) > 1e-4 })
      let differences = zip(x.doubles, dout.doubles).map { x, dy in
        centralDifferences([x]) { activation.value($0[0]) * dy }[0]
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var din = garbage(n)
    activation.backward(&din, dout, x, n)
    // As forward, and the product; slopes are around 1 in size and gradients around 2.
    #expect(relativeError(din, expected, size: 2) <= roundingBound(operations: 12))
  }

  @Test(
    "An activation's gradient may replace the output's or the input", arguments: Activation.all,
    counts)
  func aliasing(_ activation: Activation, n: Int) {
    var random = SplitMix64(seed: 3)
    let x = random.floats(n, in: -6...6)
    let dout = random.floats(n)
    var apart = garbage(n)
    activation.backward(&apart, dout, x, n)

    var inOutput = dout
    inOutput.withUnsafeMutableBufferPointer {
      activation.backward($0.baseAddress!, $0.baseAddress!, x, n)
    }
    #expect(inOutput.bits == apart.bits)
    var inInput = x
    inInput.withUnsafeMutableBufferPointer {
      activation.backward($0.baseAddress!, dout, $0.baseAddress!, n)
    }
    #expect(inInput.bits == apart.bits)
  }

  @Test("Activations of the parts equal those of the whole, bit for bit", arguments: Activation.all)
  func pieces(_ activation: Activation) {
    var random = SplitMix64(seed: 4)
    let x = random.floats(77, in: -20...20)
    let dout = random.floats(77)
    var out = garbage(77)
    var din = garbage(77)
    activation.forward(&out, x, 77)
    activation.backward(&din, dout, x, 77)
    for i in 0..<77 {
      var one = garbage(1)
      activation.forward(&one, [x[i]], 1)
      #expect(one.bits == [out[i].bitPattern])
      activation.backward(&one, [dout[i]], [x[i]], 1)
      #expect(one.bits == [din[i].bitPattern])
    }
  }

  @Test(
    "Bias and activation in one pass equal the two after each other, bit for bit",
    arguments: Activation.all, [(1, 1), (5, 3), (1, 17), (5, 768)])
  func bias(_ activation: Activation, shape: (rows: Int, C: Int)) {
    let (rows, C) = shape
    var random = SplitMix64(seed: 5)
    let x = random.floats(rows * C)
    let bias = random.floats(C)
    var expectedIn = x
    bias_forward(&expectedIn, bias, rows, C)
    var expectedOut = garbage(rows * C)
    activation.forward(&expectedOut, expectedIn, rows * C)

    var preactivation = x
    var out = garbage(rows * C)
    activation.biasForward(&out, &preactivation, bias, rows, C)
    #expect(preactivation.bits == expectedIn.bits)
    #expect(out.bits == expectedOut.bits)
  }

  @Test("The slope of ReLU is the same from its output, and 0 at 0")
  func reluByOutput() {
    var random = SplitMix64(seed: 6)
    let x = random.floats(77) + [0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude]
    let dout = random.floats(x.count)
    var out = garbage(x.count)
    relu_forward(&out, x, x.count)
    var byInput = garbage(x.count)
    relu_backward(&byInput, dout, x, x.count)
    var byOutput = garbage(x.count)
    relu_backward(&byOutput, dout, out, x.count)
    #expect(byOutput.bits == byInput.bits)
    #expect(byInput.suffix(4).map { abs($0) } == [0, 0, abs(dout[79]), 0])
  }
}
