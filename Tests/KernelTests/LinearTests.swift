import CKernels
import TestSupport
import Testing

@Suite struct LinearTests {
  static let shapes = [1, 3, 17, 768].flatMap { C in [1, 5].map { (rows: $0, C: C) } }

  @Test("A bias is added to every row", arguments: shapes)
  func bias(rows: Int, C: Int) {
    var random = SplitMix64(seed: 1)
    let x = random.floats(rows * C)
    let b = random.floats(C)
    var out = x
    bias_forward(&out, b, rows, C)
    let expected = x.indices.map { Double(x[$0]) + Double(b[$0 % C]) }
    #expect(relativeError(out, expected) <= roundingBound(operations: 1))
  }

  @Test("The gradient of a bias is the sum over rows", arguments: shapes, [false, true])
  func biasBackward(shape: (rows: Int, C: Int), accumulate: Bool) {
    let (rows, C) = shape
    var random = SplitMix64(seed: 2)
    let dout = random.floats(rows * C)
    let before = accumulate ? random.floats(C) : garbage(C)
    var gradient = [Double](repeating: 0, count: C)
    for i in dout.indices { gradient[i % C] += Double(dout[i]) }
    if C < 100 {
      let differences = centralDifferences([Double](repeating: 0, count: C)) { b in
        dot((0..<rows).flatMap { _ in b }, dout.doubles)
      }
      #expect(relativeError(gradient, differences) <= differenceBound)
    }

    var whole = before
    bias_backward(&whole, dout, rows, C, 0, C, accumulate)
    let expected = accumulate ? zip(gradient, before).map { $0 + Double($1) } : gradient
    #expect(relativeError(whole, expected) <= roundingBound(operations: 1, sumOf: rows))

    var pieces = before
    for (begin, end) in columnPieces(C) {
      bias_backward(&pieces, dout, rows, C, begin, end, accumulate)
    }
    #expect(pieces.bits == whole.bits)
  }

  @Test("A residual branch ends in residual + (branch + bias)", arguments: shapes, [false, true])
  func biasResidual(shape: (rows: Int, C: Int), hasBias: Bool) {
    let (rows, C) = shape
    var random = SplitMix64(seed: 3)
    let x = random.floats(rows * C)
    let b = random.floats(C)
    let residual = random.floats(rows * C)
    var out = x
    if hasBias {
      bias_residual_forward(&out, b, residual, rows, C)
    } else {
      bias_residual_forward(&out, nil, residual, rows, C)
    }
    let expected = x.indices.map {
      Double(residual[$0]) + Double(x[$0]) + (hasBias ? Double(b[$0 % C]) : 0)
    }
    #expect(relativeError(out, expected) <= roundingBound(operations: 2))
  }

  @Test("A sum may replace either of its terms", arguments: [1, 3, 17, 768])
  func addition(n: Int) {
    var random = SplitMix64(seed: 4)
    let a = random.floats(n)
    let b = random.floats(n)
    var out = garbage(n)
    add(&out, a, b, n)
    #expect(
      relativeError(out, zip(a, b).map { Double($0) + Double($1) }) <= roundingBound(operations: 1))

    var first = a
    first.withUnsafeMutableBufferPointer { add($0.baseAddress!, $0.baseAddress!, b, n) }
    #expect(first.bits == out.bits)
    var second = b
    second.withUnsafeMutableBufferPointer { add($0.baseAddress!, a, $0.baseAddress!, n) }
    #expect(second.bits == out.bits)
  }
}
