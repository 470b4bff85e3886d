import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct RotaryTests {
  /// Rows, turned elements and the distance between rows: whole heads, and heads of which a part is
  /// turned or that lie beside others.
  static let shapes = [(T: 1, R: 2, ld: 2), (5, 6, 6), (7, 34, 40), (37, 64, 192), (3, 2, 7)]

  /// One row turned by the definition: (a + ib) e^(i angle), with a in the first half, b in the
  /// second.
  static func turned(_ x: [Double], position: Int, theta: Double, sign: Double = 1) -> [Double] {
    let half = x.count / 2
    var y = x
    for i in 0..<half {
      let angle = sign * Double(position) / pow(theta, 2 * Double(i) / Double(x.count))
      y[i] = x[i] * cos(angle) - x[i + half] * sin(angle)
      y[i + half] = x[i + half] * cos(angle) + x[i] * sin(angle)
    }
    return y
  }

  static func angles(_ theta: Double, _ T: Int, _ R: Int) -> (cosine: [Float], sine: [Float]) {
    var cosine = garbage(T * R)
    var sine = garbage(T * R)
    rotary_angles(&cosine, &sine, theta, 0, T, R)
    return (cosine, sine)
  }

  @Test("Angles of later positions are the last of all") func later() {
    let (T, R, first) = (9, 6, 5)
    let (cosine, sine) = Self.angles(10_000, T, R)
    var (laterCosine, laterSine) = (garbage((T - first) * R), garbage((T - first) * R))
    rotary_angles(&laterCosine, &laterSine, 10_000, first, T - first, R)
    #expect(laterCosine == Array(cosine[(first * R)...]))
    #expect(laterSine == Array(sine[(first * R)...]))
  }

  /// The parts of the rows that are turned.
  static func turnedParts(_ x: [Float], _ shape: (T: Int, R: Int, ld: Int)) -> [[Double]] {
    (0..<shape.T).map { Array(x[$0 * shape.ld..<$0 * shape.ld + shape.R]).doubles }
  }

  @Test(
    "Angles are position / theta^(2i/R), twice in each row",
    arguments: [(1, 2), (5, 6), (4097, 8)],
    [10_000, 500_000])
  func angles(shape: (T: Int, R: Int), theta: Double) {
    let (T, R) = shape
    let (cosine, sine) = Self.angles(theta, T, R)
    var worst = 0.0
    for t in 0..<T {
      for i in 0..<R {
        let angle = Double(t) / pow(theta, 2 * Double(i % (R / 2)) / Double(R))
        worst = max(worst, abs(Double(cosine[t * R + i]) - cos(angle)))
        worst = max(worst, abs(Double(sine[t * R + i]) - sin(angle)))
      }
    }
    // Rounded once, from doubles whose angle of up to 4096 is known to 4096 · 2^-52 = 2^-40.
    #expect(worst <= 0x1p-25 + 0x1p-39)
  }

  @Test("Position 0 is not turned, and the first pair turns by one radian a position")
  func firstAngles() {
    let (cosine, sine) = Self.angles(10_000, 2, 4)
    // theta^0 = 1 and theta^(-2/4) = 1/100: angles 0, 0 and 1, 0.01. cos 1 = 0.540302306 and
    // sin 1 = 0.841470985; 1 - 0.01²/2 + 0.01⁴/24 = 0.99995000042, 0.01 - 0.01³/6 = 0.00999983333.
    #expect(cosine == [1, 1, 1, 1, 0.540302306, 0.99995000042, 0.540302306, 0.99995000042])
    #expect(sine == [0, 0, 0, 0, 0.841470985, 0.00999983333, 0.841470985, 0.00999983333])
  }

  @Test("A head is turned by its definition, and nothing beside it is touched", arguments: shapes)
  func forward(_ shape: (T: Int, R: Int, ld: Int)) {
    var random = SplitMix64(seed: 1)
    let x = random.floats(shape.T * shape.ld)
    let (cosine, sine) = Self.angles(10_000, shape.T, shape.R)
    var y = x
    rotary_forward(&y, cosine, sine, shape.T, shape.R, shape.ld)
    let expected = Self.turnedParts(x, shape).enumerated().flatMap {
      Self.turned($1, position: $0, theta: 10_000)
    }
    // The angle's rounding, two products and a sum, of terms of up to 2.
    let values = Self.turnedParts(y, shape).flatMap { $0 }.map(Float.init)
    #expect(relativeError(values, expected, size: 2) <= roundingBound(operations: 4))
    for i in x.indices where i % shape.ld >= shape.R { #expect(y[i] == x[i]) }
  }

  @Test("The gradient is turned back, and nothing beside it is touched", arguments: shapes)
  func backward(_ shape: (T: Int, R: Int, ld: Int)) {
    var random = SplitMix64(seed: 2)
    let x = random.floats(shape.T * shape.ld)
    let dout = random.floats(shape.T * shape.ld)
    let (cosine, sine) = Self.angles(10_000, shape.T, shape.R)
    var din = dout
    rotary_backward(&din, cosine, sine, shape.T, shape.R, shape.ld)

    let gradients = Self.turnedParts(dout, shape)
    let expected = gradients.enumerated().flatMap {
      Self.turned($1, position: $0, theta: 10_000, sign: -1)
    }
    let differences = Self.turnedParts(x, shape).enumerated().flatMap { t, row in
      centralDifferences(row) { dot(Self.turned($0, position: t, theta: 10_000), gradients[t]) }
    }
    #expect(relativeError(expected, differences) <= differenceBound)
    let values = Self.turnedParts(din, shape).flatMap { $0 }.map(Float.init)
    #expect(relativeError(values, expected, size: 2) <= roundingBound(operations: 4))
    for i in dout.indices where i % shape.ld >= shape.R { #expect(din[i] == dout[i]) }

    // Turned and turned back, a head is what it was.
    var there = x
    rotary_forward(&there, cosine, sine, shape.T, shape.R, shape.ld)
    rotary_backward(&there, cosine, sine, shape.T, shape.R, shape.ld)
    #expect(relativeError(there, x.doubles, size: 2) <= roundingBound(operations: 8))
  }

  @Test("Products of turned queries and keys depend on their distance alone")
  func distance() {
    let (T, R) = (64, 16)
    var random = SplitMix64(seed: 3)
    let (q, k) = (random.floats(R), random.floats(R))
    var queries = (0..<T).flatMap { _ in q }
    var keys = (0..<T).flatMap { _ in k }
    let (cosine, sine) = Self.angles(10_000, T, R)
    rotary_forward(&queries, cosine, sine, T, R, R)
    rotary_forward(&keys, cosine, sine, T, R, R)
    let (queryRows, keyRows) = (
      Reference.rows(queries.doubles, R), Reference.rows(keys.doubles, R)
    )
    for distance in [0, 3, 17] {
      let products = (distance..<T).map { dot(queryRows[$0], keyRows[$0 - distance]) }
      let first = dot(Self.turned(q.doubles, position: distance, theta: 10_000), k.doubles)
      // Sixteen terms of up to 4, whose two factors were turned with four roundings each.
      let most = products.map { abs($0 - first) }.max()!
      #expect(most <= 4 * 16 * roundingBound(operations: 8))
      // Were the products not to depend on the distance, that would hold, too.
      #expect(distance == 0 || abs(first - dot(q.doubles, k.doubles)) > 0.1)
    }
  }
}
