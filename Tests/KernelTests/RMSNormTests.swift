import CKernels
import TestSupport
import Testing

/// Rows of numbers, and what RMS norm makes of them.
struct RMSNormCase {
  static let epsilon: Float = 1e-5
  static let shapes = [1, 3, 17, 768].flatMap { C in [1, 5].map { (rows: $0, C: C) } }
  static let shifts: [Float] = [0, 1]

  let rows, C: Int
  let shift: Float
  let x, weight, dout, residual: [Float]
  private(set) var rstd, out, normalised: [Float]

  init(_ shape: (rows: Int, C: Int), shift: Float) {
    (rows, C) = shape
    self.shift = shift
    var random = SplitMix64(seed: UInt64(rows * 1000 + C))
    x = random.floats(rows * C)
    weight = random.floats(C)
    dout = random.floats(rows * C)
    residual = random.floats(rows * C)
    rstd = garbage(rows)
    out = garbage(rows * C)
    normalised = garbage(rows * C)
    rmsnorm_forward(&out, &normalised, &rstd, x, weight, shift, rows, C, Self.epsilon)
  }

  func expected(_ x: [Double], weight: [Double]) -> [Double] {
    Reference.rmsNorm(x, weight: weight, shift: Double(shift), epsilon: Double(Self.epsilon))
  }
}

@Suite struct RMSNormTests {
  typealias Case = RMSNormCase

  @Test(
    "RMS norm agrees with its definition in double precision", arguments: Case.shapes, Case.shifts)
  func forward(shape: (rows: Int, C: Int), shift: Float) {
    let c = Case(shape, shift: shift)
    let rstds = Reference.rows(c.x.doubles, c.C).map {
      1 / Reference.rms($0, epsilon: Double(Case.epsilon))
    }
    // Each square and their sum over C; a division, a sum, a root and a quotient.
    #expect(relativeError(c.rstd, rstds) <= roundingBound(operations: 5, sumOf: c.C))
    // A product more; with the weight, its shift and another product.
    let ones = [Double](repeating: 1 - Double(shift), count: c.C)
    let normalised = c.expected(c.x.doubles, weight: ones)
    #expect(relativeError(c.normalised, normalised) <= roundingBound(operations: 6, sumOf: c.C))
    let expected = c.expected(c.x.doubles, weight: c.weight.doubles)
    #expect(relativeError(c.out, expected) <= roundingBound(operations: 8, sumOf: c.C))
  }

  @Test(
    "RMS norm is the same, bit for bit, where x·rstd is not asked for", arguments: Case.shapes,
    Case.shifts)
  func withoutNormalised(shape: (rows: Int, C: Int), shift: Float) {
    let c = Case(shape, shift: shift)
    var out = garbage(c.out.count)
    var rstd = garbage(c.rows)
    rmsnorm_forward(&out, nil, &rstd, c.x, c.weight, shift, c.rows, c.C, Case.epsilon)
    #expect(rstd.bits == c.rstd.bits)
    #expect(out.bits == c.out.bits)
  }

  @Test(
    "Statistics and application by themselves give RMS norm, bit for bit", arguments: Case.shapes,
    Case.shifts)
  func parts(shape: (rows: Int, C: Int), shift: Float) {
    let c = Case(shape, shift: shift)
    var rstd = garbage(c.rows)
    var out = garbage(c.out.count)
    rmsnorm_statistics(&rstd, c.x, c.rows, c.C, Case.epsilon)
    rmsnorm_apply(&out, c.x, rstd, c.weight, shift, c.rows, c.C)
    #expect(rstd.bits == c.rstd.bits)
    #expect(out.bits == c.out.bits)
  }

  @Test("RMS norm of the rows one by one equals that of all, bit for bit")
  func rowPieces() {
    let c = Case((rows: 5, C: 17), shift: 1)
    for r in 0..<5 {
      let range = r * 17..<(r + 1) * 17
      var out = garbage(17)
      var normalised = garbage(17)
      var rstd = garbage(1)
      rmsnorm_forward(
        &out, &normalised, &rstd, Array(c.x[range]), c.weight, 1, 1, 17, Case.epsilon)
      #expect(rstd.bits == [c.rstd[r].bitPattern])
      #expect(out.bits == Array(c.out[range]).bits)
      #expect(normalised.bits == Array(c.normalised[range]).bits)
    }
  }

  @Test("RMS norm keeps its digits however large or small the rows are", arguments: [-12, 0, 15])
  func sizes(exponent: Int) {
    let c = Case((rows: 5, C: 17), shift: 0)
    let size = Float(sign: .plus, exponent: exponent, significand: 1)
    var out = garbage(c.out.count)
    var rstd = garbage(c.rows)
    // Powers of two change no digit: with epsilon scaled by their square, rstd scales back exactly.
    rmsnorm_forward(
      &out, nil, &rstd, c.x.map { $0 * size }, c.weight, 0, 5, 17, Case.epsilon * size * size)
    #expect(rstd.bits == c.rstd.map { $0 / size }.bits)
    #expect(out.bits == c.out.bits)
  }

  @Test("A row of zeros stays one, and epsilon alone makes its statistics")
  func zeroRow() {
    var out = garbage(3)
    var rstd = garbage(1)
    rmsnorm_forward(&out, nil, &rstd, zeros(3), [1, -2, 3], 1, 1, 3, 0x1p-16)
    // 1/√(0 + 2⁻¹⁶) = 2⁸.
    #expect(rstd == [256])
    #expect(out == [0, 0, 0])
  }
}
