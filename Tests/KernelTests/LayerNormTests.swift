import CKernels
import TestSupport
import Testing

@Suite struct LayerNormTests {
  static let epsilon: Float = 1e-5
  static let shapes = [1, 3, 17, 768].flatMap { C in [1, 5].map { (rows: $0, C: C) } }

  struct Case {
    var x, weight, bias, dout, residual: [Float]
    var rows, C: Int
    var mean, rstd, out: [Float]

    init(rows: Int, C: Int, around center: Float = 0) {
      var random = SplitMix64(seed: UInt64(rows * 1000 + C))
      self.rows = rows
      self.C = C
      x = random.floats(rows * C).map { $0 + center }
      weight = random.floats(C)
      bias = random.floats(C)
      dout = random.floats(rows * C)
      residual = random.floats(rows * C)
      mean = garbage(rows)
      rstd = garbage(rows)
      out = garbage(rows * C)
      layernorm_forward(&out, &mean, &rstd, x, weight, bias, rows, C, LayerNormTests.epsilon)
    }

    var expected: [Double] {
      Reference.layerNorm(
        x.doubles, weight: weight.doubles, bias: bias.doubles,
        epsilon: Double(LayerNormTests.epsilon))
    }
  }

  @Test("Layer norm agrees with its definition in double precision", arguments: shapes)
  func forward(rows: Int, C: Int) {
    let c = Case(rows: rows, C: C)
    let means = Reference.rows(c.x.doubles, C).map { Reference.mean($0) }
    let rstds = Reference.rows(c.x.doubles, C).map {
      Reference.rstd($0, epsilon: Double(Self.epsilon))
    }
    // A sum of C and a division; a second sum, of squares, and a root; then four operations.
    #expect(relativeError(c.mean, means, size: 2) <= roundingBound(operations: 1, sumOf: C))
    #expect(relativeError(c.rstd, rstds) <= roundingBound(operations: 5, sumOf: C))
    #expect(relativeError(c.out, c.expected) <= roundingBound(operations: 9, sumOf: C))
  }

  @Test("Layer norm keeps its digits when the mean is a thousand deviations")
  func largeMean() {
    let c = Case(rows: 5, C: 768, around: 1000)
    // The mean's own rounding, half an ulp of 1000, against a deviation of about 1.
    #expect(relativeError(c.out, c.expected) <= 1000 * roundingBound(operations: 2))
  }

  @Test("Statistics and application by themselves give layer norm, bit for bit", arguments: shapes)
  func parts(rows: Int, C: Int) {
    let c = Case(rows: rows, C: C)
    var mean = garbage(rows)
    var rstd = garbage(rows)
    var out = garbage(rows * C)
    layernorm_statistics(&mean, &rstd, c.x, rows, C, Self.epsilon)
    layernorm_apply(&out, c.x, mean, rstd, c.weight, c.bias, rows, C)
    #expect(mean.bits == c.mean.bits)
    #expect(rstd.bits == c.rstd.bits)
    #expect(out.bits == c.out.bits)
  }

  @Test("The gradient of layer norm's input agrees with its definition", arguments: shapes)
  func backwardInput(rows: Int, C: Int) {
    let c = Case(rows: rows, C: C)
    let expected = Reference.layerNormBackwardInput(
      c.x.doubles, dout: c.dout.doubles, weight: c.weight.doubles, epsilon: Double(Self.epsilon))
    if rows * C < 100 {
      let differences = centralDifferences(c.x.doubles) {
        dot(
          Reference.layerNorm(
            $0, weight: c.weight.doubles, bias: c.bias.doubles, epsilon: Double(Self.epsilon)),
          c.dout.doubles)
      }
      // For C = 1 the layer is constant.
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var din = garbage(rows * C)
    layernorm_backward_input(&din, c.dout, c.x, c.mean, c.rstd, c.weight, nil, rows, C)
    // In short rows most of the gradient cancels: the rounding is that of the terms, rstd * dnorm.
    let term = Double(c.rstd.max()!) * 4
    #expect(relativeError(din, expected, size: term) <= roundingBound(operations: 12, sumOf: C))

    var withResidual = garbage(rows * C)
    layernorm_backward_input(
      &withResidual, c.dout, c.x, c.mean, c.rstd, c.weight, c.residual, rows, C)
    let sum = zip(expected, c.residual.doubles).map { $0 + $1 }
    #expect(relativeError(withResidual, sum, size: term) <= roundingBound(operations: 13, sumOf: C))
  }

  @Test("The gradient may replace the residual's or the output's", arguments: shapes)
  func aliasing(rows: Int, C: Int) {
    let c = Case(rows: rows, C: C)
    var apart = garbage(rows * C)
    layernorm_backward_input(&apart, c.dout, c.x, c.mean, c.rstd, c.weight, c.residual, rows, C)

    var inResidual = c.residual
    inResidual.withUnsafeMutableBufferPointer {
      let p = $0.baseAddress!
      layernorm_backward_input(p, c.dout, c.x, c.mean, c.rstd, c.weight, p, rows, C)
    }
    #expect(inResidual.bits == apart.bits)

    var inOutput = c.dout
    inOutput.withUnsafeMutableBufferPointer {
      let p = $0.baseAddress!
      layernorm_backward_input(p, p, c.x, c.mean, c.rstd, c.weight, c.residual, rows, C)
    }
    #expect(inOutput.bits == apart.bits)
  }

  @Test(
    "The gradients of layer norm's parameters agree with their definition",
    arguments: shapes, [false, true])
  func backwardParameters(shape: (rows: Int, C: Int), accumulate: Bool) {
    let (rows, C) = shape
    let c = Case(rows: rows, C: C)
    var random = SplitMix64(seed: 7)
    let before = accumulate ? random.floats(C) : garbage(C)
    let gradient = Reference.layerNormBackwardParameters(
      c.x.doubles, dout: c.dout.doubles, C: C, epsilon: Double(Self.epsilon))
    if rows * C < 100 {
      let byWeight = centralDifferences(c.weight.doubles) {
        dot(
          Reference.layerNorm(
            c.x.doubles, weight: $0, bias: c.bias.doubles, epsilon: Double(Self.epsilon)),
          c.dout.doubles)
      }
      let byBias = centralDifferences(c.bias.doubles) {
        dot(
          Reference.layerNorm(
            c.x.doubles, weight: c.weight.doubles, bias: $0, epsilon: Double(Self.epsilon)),
          c.dout.doubles)
      }
      #expect(relativeError(gradient.weight, byWeight) <= differenceBound)
      #expect(relativeError(gradient.bias, byBias) <= differenceBound)
    }

    var dweight = before
    var dbias = before
    layernorm_backward_parameters(
      &dweight, &dbias, c.dout, c.x, c.mean, c.rstd, rows, C, 0, C, accumulate)
    let added = accumulate ? before.doubles : [Double](repeating: 0, count: C)
    // Three roundings a term, the statistics' error in each, and a sum over rows.
    #expect(
      relativeError(dweight, zip(gradient.weight, added).map { $0 + $1 }, size: 1)
        <= roundingBound(operations: 8, sumOf: rows + C))
    #expect(
      relativeError(dbias, zip(gradient.bias, added).map { $0 + $1 })
        <= roundingBound(operations: 1, sumOf: rows))

    var weightPieces = before
    var biasPieces = before
    for (begin, end) in columnPieces(C) {
      layernorm_backward_parameters(
        &weightPieces, &biasPieces, c.dout, c.x, c.mean, c.rstd, rows, C, begin, end, accumulate)
    }
    #expect(weightPieces.bits == dweight.bits)
    #expect(biasPieces.bits == dbias.bits)
  }

  @Test("Layer norm of the rows one by one equals that of all, bit for bit")
  func rowPieces() {
    let c = Case(rows: 5, C: 17)
    func gradient(_ x: [Float], _ dout: [Float], _ mean: [Float], _ rstd: [Float]) -> [Float] {
      var din = garbage(x.count)
      layernorm_backward_input(&din, dout, x, mean, rstd, c.weight, nil, mean.count, 17)
      return din
    }
    let whole = gradient(c.x, c.dout, c.mean, c.rstd)
    for r in 0..<5 {
      let row = Array(c.x[r * 17..<r * 17 + 17])
      var out = garbage(17)
      var mean = garbage(1)
      var rstd = garbage(1)
      layernorm_forward(&out, &mean, &rstd, row, c.weight, c.bias, 1, 17, Self.epsilon)
      #expect(out.bits == Array(c.out[r * 17..<r * 17 + 17]).bits)
      let din = gradient(row, Array(c.dout[r * 17..<r * 17 + 17]), mean, rstd)
      #expect(din.bits == Array(whole[r * 17..<r * 17 + 17]).bits)
    }
  }
}
