import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct GELUTests {
  static let counts = [1, 3, 17, 768, 5 * 768]
  /// From where GELU is nothing to where it is the identity, in steps of 0.0007.
  static let everywhere = (0..<40_000).map { Float($0 - 20_000) * 0.0007 }

  @Test("GELU agrees with its definition by tanh", arguments: counts)
  func forward(n: Int) {
    var random = SplitMix64(seed: 1)
    let x = random.floats(n, in: -6...6)
    var out = garbage(n)
    gelu_forward(&out, x, n)
    // The exponent's error (up to 8 * 2^-24), the exponential's, a sum and a division.
    #expect(relativeError(out, x.doubles.map(Reference.gelu)) <= roundingBound(operations: 4))
  }

  @Test("The tanh in GELU is within 2.4e-7 everywhere")
  func tanhAccuracy() {
    var out = garbage(Self.everywhere.count)
    gelu_forward(&out, Self.everywhere, out.count)
    // Four roundings of at most 2^-24 each.
    var worst = 0.0
    for (x, y) in zip(Self.everywhere.doubles, out.doubles) where x != 0 {
      let u = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      worst = max(worst, abs(2 * y / x - 1 - tanh(u)))
    }
    #expect(worst <= 4 * 0x1p-24)
  }

  @Test("GELU is nothing far below zero, the identity far above, and passes NaN on")
  func extremes() {
    let x: [Float] = [-1e20, -100, -20, 20, 100, 1e20, .nan, 0]
    var out = garbage(x.count)
    gelu_forward(&out, x, x.count)
    for i in 0..<3 { #expect(abs(out[i]) <= -x[i] * 1e-25) }
    #expect(Array(out[3..<6]) == Array(x[3..<6]))
    #expect(out[6].isNaN && out[7] == 0)

    var din = garbage(x.count)
    gelu_backward(&din, [Float](repeating: 1, count: x.count), x, x.count)
    for i in 0..<3 { #expect(abs(din[i]) <= 1e-20) }
    #expect(Array(din[3..<6]) == [1, 1, 1])
    #expect(din[6].isNaN && din[7] == 0.5)
  }

  @Test("The gradient of GELU agrees with its definition", arguments: counts)
  func backward(n: Int) {
    var random = SplitMix64(seed: 2)
    let x = random.floats(n, in: -6...6)
    let dout = random.floats(n)
    let expected = zip(x.doubles, dout.doubles).map { Reference.geluSlope($0) * $1 }
    if n < 1000 {
      let differences = zip(x.doubles, dout.doubles).map { x, dy in
        centralDifferences([x]) { Reference.gelu($0[0]) * dy }[0]
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var din = garbage(n)
    gelu_backward(&din, dout, x, n)
    // The sigmoid's and the exponential's errors, as forward, and six operations.
    #expect(relativeError(din, expected) <= roundingBound(operations: 8))

    var inOutput = dout
    inOutput.withUnsafeMutableBufferPointer {
      gelu_backward($0.baseAddress!, $0.baseAddress!, x, n)
    }
    #expect(inOutput.bits == din.bits)
    var inInput = x
    inInput.withUnsafeMutableBufferPointer {
      gelu_backward($0.baseAddress!, dout, $0.baseAddress!, n)
    }
    #expect(inInput.bits == din.bits)
  }

  @Test("GELU of the parts equals GELU of the whole, bit for bit")
  func pieces() {
    let n = 77
    let x = Array(Self.everywhere.prefix(20_040).suffix(n))
    var whole = garbage(n)
    gelu_forward(&whole, x, n)
    for i in 0..<n {
      var one = garbage(1)
      gelu_forward(&one, [x[i]], 1)
      #expect(one.bits == [whole[i].bitPattern])
    }
  }

  @Test(
    "Bias and GELU in one pass equal the two after each other, bit for bit",
    arguments: [1, 3, 17, 768], [1, 5])
  func biasGELU(C: Int, rows: Int) {
    var random = SplitMix64(seed: 3)
    let x = random.floats(rows * C)
    let bias = random.floats(C)
    var expectedIn = x
    bias_forward(&expectedIn, bias, rows, C)
    var expectedOut = garbage(rows * C)
    gelu_forward(&expectedOut, expectedIn, rows * C)

    var preactivation = x
    var out = garbage(rows * C)
    bias_gelu_forward(&out, &preactivation, bias, rows, C)
    #expect(preactivation.bits == expectedIn.bits)
    #expect(out.bits == expectedOut.bits)
  }
}
