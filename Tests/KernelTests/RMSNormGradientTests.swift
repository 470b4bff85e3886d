import CKernels
import TestSupport
import Testing

@Suite struct RMSNormGradientTests {
  typealias Case = RMSNormCase

  @Test(
    "The gradient of RMS norm's input agrees with its definition", arguments: Case.shapes,
    Case.shifts)
  func input(shape: (rows: Int, C: Int), shift: Float) {
    let c = Case(shape, shift: shift)
    let expected = Reference.rmsNormBackwardInput(
      c.x.doubles, dout: c.dout.doubles, weight: c.weight.doubles, shift: Double(shift),
      epsilon: Double(Case.epsilon))
    if c.x.count < 100 {
      let differences = centralDifferences(c.x.doubles) {
        dot(c.expected($0, weight: c.weight.doubles), c.dout.doubles)
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var din = garbage(c.x.count)
    rmsnorm_backward_input(&din, c.dout, c.x, c.rstd, c.weight, shift, nil, c.rows, c.C)
    // In short rows most of the gradient cancels: the rounding is that of the terms,
    // rstd * dout * (weight + shift), and dout and weight are up to 2.
    let term = Double(c.rstd.max()!) * 2 * Double(2 + shift)
    #expect(relativeError(din, expected, size: term) <= roundingBound(operations: 12, sumOf: c.C))

    var withResidual = garbage(c.x.count)
    rmsnorm_backward_input(
      &withResidual, c.dout, c.x, c.rstd, c.weight, shift, c.residual, c.rows, c.C)
    let sum = zip(expected, c.residual.doubles).map { $0 + $1 }
    #expect(
      relativeError(withResidual, sum, size: term) <= roundingBound(operations: 13, sumOf: c.C))
  }

  @Test(
    "RMS norm's gradient may replace the residual's or the output's", arguments: Case.shapes,
    [false, true])
  func aliasing(shape: (rows: Int, C: Int), hasResidual: Bool) {
    let c = Case(shape, shift: 1)
    func gradient(_ din: UnsafeMutablePointer<Float>, _ dout: UnsafePointer<Float>) {
      c.residual.withUnsafeBufferPointer {
        rmsnorm_backward_input(
          din, dout, c.x, c.rstd, c.weight, 1, hasResidual ? $0.baseAddress! : nil, c.rows, c.C)
      }
    }
    var apart = garbage(c.x.count)
    gradient(&apart, c.dout)

    var inOutput = c.dout
    inOutput.withUnsafeMutableBufferPointer { gradient($0.baseAddress!, $0.baseAddress!) }
    #expect(inOutput.bits == apart.bits)

    guard hasResidual else { return }
    var inResidual = c.residual
    inResidual.withUnsafeMutableBufferPointer {
      let p = $0.baseAddress!
      rmsnorm_backward_input(p, c.dout, c.x, c.rstd, c.weight, 1, p, c.rows, c.C)
    }
    #expect(inResidual.bits == apart.bits)
  }

  @Test(
    "The gradient of RMS norm's weight agrees with its definition", arguments: Case.shapes,
    [false, true])
  func weight(shape: (rows: Int, C: Int), accumulate: Bool) {
    let c = Case(shape, shift: 1)
    var random = SplitMix64(seed: 7)
    let before = accumulate ? random.floats(c.C) : garbage(c.C)
    let gradient = Reference.rmsNormBackwardWeight(
      c.x.doubles, dout: c.dout.doubles, C: c.C, epsilon: Double(Case.epsilon))
    if c.x.count < 100 {
      let differences = centralDifferences(c.weight.doubles) {
        dot(c.expected(c.x.doubles, weight: $0), c.dout.doubles)
      }
      #expect(relativeError(gradient, differences) <= differenceBound)
    }

    var whole = before
    rmsnorm_backward_parameters(&whole, c.dout, c.x, c.rstd, c.rows, c.C, 0, c.C, accumulate)
    let expected = accumulate ? zip(gradient, before).map { $0 + Double($1) } : gradient
    // Two roundings a term, rstd's error in each, and a sum over rows.
    #expect(
      relativeError(whole, expected, size: 1) <= roundingBound(operations: 7, sumOf: c.rows + c.C))

    var pieces = before
    for (begin, end) in columnPieces(c.C) {
      rmsnorm_backward_parameters(
        &pieces, c.dout, c.x, c.rstd, c.rows, c.C, begin, end, accumulate)
    }
    #expect(pieces.bits == whole.bits)
  }

  @Test("RMS norm's gradients of the rows one by one equal those of all, bit for bit")
  func rowPieces() {
    let c = Case((rows: 5, C: 17), shift: 0)
    var whole = garbage(5 * 17)
    rmsnorm_backward_input(&whole, c.dout, c.x, c.rstd, c.weight, 0, c.residual, 5, 17)
    for r in 0..<5 {
      let range = r * 17..<(r + 1) * 17
      var din = garbage(17)
      rmsnorm_backward_input(
        &din, Array(c.dout[range]), Array(c.x[range]), [c.rstd[r]], c.weight, 0,
        Array(c.residual[range]), 1, 17)
      #expect(din.bits == Array(whole[range]).bits)
    }
  }
}
