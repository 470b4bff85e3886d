import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct AttentionTests {
  @Test(
    "ALiBi adds the slope times the distance",
    arguments: [(q: 0, k: 0, rows: 1, columns: 1), (3, 0, 4, 7), (128, 64, 5, 33)])
  func alibi(q: Int, k: Int, rows: Int, columns: Int) {
    var random = SplitMix64(seed: 1)
    let ld = columns + 3
    let x = random.floats(rows * ld)
    var scores = x
    alibi_forward(&scores, 0.25, q, k, rows, columns, ld)
    for r in 0..<rows {
      for c in 0..<ld {
        let distance = c < columns ? Float(k + c - q - r) : 0
        #expect(scores[r * ld + c] == x[r * ld + c] + 0.25 * distance)
      }
    }
  }

  static let scale: Float = 0.125

  /// (T, first, rows): whole heads, and rows from the middle of one.
  static let shapes = [
    (T: 1, first: 0, rows: 1), (7, 0, 7), (64, 0, 64), (64, 13, 5), (100, 60, 40),
  ]

  @Test(
    "Softmax under a mask agrees with its definition in double precision", arguments: shapes,
    Mask.all)
  func softmax(shape: (T: Int, first: Int, rows: Int), mask: Mask) {
    let (T, first, rows) = shape
    var random = SplitMix64(seed: 2)
    let x = random.floats(rows * T, in: -40...40)
    var out = garbage(rows * T)
    softmax_masked_forward(&out, x, Self.scale, mask.kernel, first, rows, T)
    let expected = Reference.softmax(
      x.doubles, scale: Double(Self.scale), mask, first: first, T: T)
    // Scaled scores of up to 5 are rounded before the exponential; then a sum and a product.
    #expect(relativeError(out, expected) <= roundingBound(operations: 10, sumOf: T))
    #expect(zip(out, expected).allSatisfy { $1 != 0 || $0 == 0 })

    // Hidden scores are not looked at.
    var hidden = x
    for r in 0..<rows {
      for c in 0..<T where !mask.sees(first + r, c) { hidden[r * T + c] = .nan }
    }
    hidden.withUnsafeMutableBufferPointer {
      softmax_masked_forward(
        $0.baseAddress!, $0.baseAddress!, Self.scale, mask.kernel, first, rows, T)
    }
    #expect(hidden.bits == out.bits)

    for r in 0..<rows {
      var row = garbage(T)
      softmax_masked_forward(
        &row, Array(x[r * T..<(r + 1) * T]), Self.scale, mask.kernel, first + r, 1, T)
      #expect(row.bits == Array(out[r * T..<(r + 1) * T]).bits)
    }
  }

  @Test("Softmax survives scores that are far apart or hidden by -infinity")
  func extremes() {
    let x: [Float] = [-1e30, 3e4, -.infinity, 3e4 - 1, -3e4]
    var out = garbage(5)
    softmax_masked_forward(&out, x, 1, Mask.causal.kernel, 4, 1, 5)
    let e = exp(-1.0)
    let expected = [0, 1 / (1 + e), 0, e / (1 + e), 0]
    #expect(relativeError(out, expected) <= roundingBound(operations: 4))
  }

  @Test(
    "The gradient of softmax under a mask agrees with its definition", arguments: shapes, Mask.all)
  func softmaxBackward(shape: (T: Int, first: Int, rows: Int), mask: Mask) {
    let (T, first, rows) = shape
    var random = SplitMix64(seed: 3)
    let x = random.floats(rows * T, in: -16...16)
    let dout = random.floats(rows * T)
    var p = garbage(rows * T)
    softmax_masked_forward(&p, x, Self.scale, mask.kernel, first, rows, T)
    let expected = Reference.softmaxBackward(
      Reference.softmax(x.doubles, scale: Double(Self.scale), mask, first: first, T: T),
      dout: dout.doubles, scale: Double(Self.scale), T: T)
    if rows * T < 500 {
      let differences = centralDifferences(x.doubles) {
        dot(
          Reference.softmax($0, scale: Double(Self.scale), mask, first: first, T: T),
          dout.doubles)
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var din = garbage(rows * T)
    softmax_masked_backward(&din, dout, p, Self.scale, mask.kernel, first, rows, T)
    // dout - sum(out * dout) cancels when one probability is near 1: against the terms' size.
    let size = 2 * Double(Self.scale)
    #expect(relativeError(din, expected, size: size) <= roundingBound(operations: 8, sumOf: T))
    #expect(zip(din, p).allSatisfy { $1 != 0 || $0 == 0 })

    var inPlace = dout
    inPlace.withUnsafeMutableBufferPointer {
      softmax_masked_backward(
        $0.baseAddress!, $0.baseAddress!, p, Self.scale, mask.kernel, first, rows, T)
    }
    #expect(inPlace.bits == din.bits)

    for r in 0..<rows {
      let range = r * T..<(r + 1) * T
      var row = garbage(T)
      softmax_masked_backward(
        &row, Array(dout[range]), Array(p[range]), Self.scale, mask.kernel, first + r, 1, T)
      #expect(row.bits == Array(din[range]).bits)
    }
  }
}
