import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct LossTests {
  static let shapes = [(rows: 1, V: 1), (rows: 5, V: 61), (rows: 2, V: 50257)]
  static let scale: Float = 0.37

  struct Case {
    var logits: [Float]
    var targets: [Int64]
    var logSoftmax: [Double]

    init(rows: Int, V: Int) {
      var random = SplitMix64(seed: UInt64(V))
      logits = random.floats(rows * V, in: -8...8)
      targets = random.indices(rows, below: V)
      logSoftmax = Reference.rows(logits.doubles, V).flatMap(Reference.logSoftmax)
    }

    var losses: [Double] {
      let V = logSoftmax.count / targets.count
      return targets.indices.map { -logSoftmax[$0 * V + Int(targets[$0])] }
    }

    /// softmax - onehot, scaled.
    var gradient: [Double] {
      let V = logSoftmax.count / targets.count
      var p = logSoftmax.map { exp($0) }
      for (r, target) in targets.enumerated() { p[r * V + Int(target)] -= 1 }
      return p.map { $0 * Double(LossTests.scale) }
    }
  }

  @Test("The loss and the log softmax agree with their definitions", arguments: shapes)
  func forward(rows: Int, V: Int) {
    let c = Case(rows: rows, V: V)
    var y = garbage(rows * V)
    var losses = garbage(rows)
    cross_entropy_forward(&y, &losses, c.logits, c.targets, rows, V)
    // A sum of V in 16 parts, which the logarithm makes absolute, and two subtractions.
    #expect(relativeError(y, c.logSoftmax) <= roundingBound(operations: 2, sumOf: V / 16))
    #expect(
      relativeError(losses, c.losses, size: 16) <= roundingBound(operations: 2, sumOf: V / 16))

    var inPlace = c.logits
    inPlace.withUnsafeMutableBufferPointer {
      cross_entropy_forward($0.baseAddress!, &losses, $0.baseAddress!, c.targets, rows, V)
    }
    #expect(inPlace.bits == y.bits)
    #expect(
      relativeError(losses, c.losses, size: 16) <= roundingBound(operations: 2, sumOf: V / 16))
  }

  @Test("The probabilities and their loss agree with their definitions", arguments: shapes)
  func probabilities(rows: Int, V: Int) {
    let c = Case(rows: rows, V: V)
    var y = garbage(rows * V)
    var losses = garbage(rows)
    softmax_loss_forward(&y, &losses, c.logits, c.targets, rows, V)
    // The difference from the maximum, up to 16, is rounded before the exponential.
    let allowed = roundingBound(operations: 12, sumOf: V / 16)
    #expect(relativeError(y, c.logSoftmax.map { exp($0) }) <= allowed)
    #expect(
      relativeError(losses, c.losses, size: 16) <= roundingBound(operations: 2, sumOf: V / 16))

    var inPlace = c.logits
    inPlace.withUnsafeMutableBufferPointer {
      softmax_loss_forward($0.baseAddress!, &losses, $0.baseAddress!, c.targets, rows, V)
    }
    #expect(inPlace.bits == y.bits)
    #expect(
      relativeError(losses, c.losses, size: 16) <= roundingBound(operations: 2, sumOf: V / 16))
  }

  @Test("The gradient of the loss agrees with its definition, either way", arguments: shapes)
  func backward(rows: Int, V: Int) {
    let c = Case(rows: rows, V: V)
    let expected = c.gradient
    let others = expected.indices.filter { $0 % V != Int(c.targets[$0 / V]) }
    if V < 100 {
      let differences = centralDifferences(c.logits.doubles) { logits in
        Reference.rows(logits, V).enumerated().reduce(0) { sum, row in
          sum - Double(Self.scale) * Reference.logSoftmax(row.element)[Int(c.targets[row.offset])]
        }
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var losses = garbage(rows)
    for usesLog in [true, false] {
      let forward = usesLog ? cross_entropy_forward : softmax_loss_forward
      let backward = usesLog ? cross_entropy_backward : softmax_loss_backward
      var y = garbage(rows * V)
      forward(&y, &losses, c.logits, c.targets, rows, V)
      var gradient = garbage(rows * V)
      backward(&gradient, y, c.targets, Self.scale, rows, V)
      // log softmax of up to 16 is a rounded exponent.
      #expect(
        relativeError(gradient, expected, size: Double(Self.scale))
          <= roundingBound(operations: 12, sumOf: V / 16))
      // Away from the target there is no 1 to hide behind.
      #expect(
        relativeError(others.map { gradient[$0] }, others.map { expected[$0] })
          <= roundingBound(operations: 24, sumOf: V / 16))

      var inPlace = y
      inPlace.withUnsafeMutableBufferPointer {
        backward($0.baseAddress!, $0.baseAddress!, c.targets, Self.scale, rows, V)
      }
      #expect(inPlace.bits == gradient.bits)
    }
  }

  @Test("A row without a target has no loss and no gradient, and changes no other")
  func ignored() {
    let c = Case(rows: 5, V: 61)
    var targets = c.targets
    (targets[1], targets[4]) = (-100, -1)
    for usesLog in [true, false] {
      let forward = usesLog ? cross_entropy_forward : softmax_loss_forward
      let backward = usesLog ? cross_entropy_backward : softmax_loss_backward
      func run(_ targets: [Int64]) -> (y: [Float], losses: [Float], gradient: [Float]) {
        var (y, losses, gradient) = (garbage(5 * 61), garbage(5), garbage(5 * 61))
        forward(&y, &losses, c.logits, targets, 5, 61)
        backward(&gradient, y, targets, Self.scale, 5, 61)
        return (y, losses, gradient)
      }
      let (all, some) = (run(c.targets), run(targets))
      #expect(some.y.bits == all.y.bits)
      for r in 0..<5 {
        let row = r * 61..<(r + 1) * 61
        #expect(some.losses[r] == (targets[r] < 0 ? 0 : all.losses[r]))
        #expect(
          Array(some.gradient[row]).bits
            == (targets[r] < 0 ? zeros(61) : Array(all.gradient[row])).bits)
      }
    }
  }

  @Test("Rows one by one equal all rows, bit for bit")
  func pieces() {
    let c = Case(rows: 5, V: 61)
    var y = garbage(5 * 61)
    var losses = garbage(5)
    cross_entropy_forward(&y, &losses, c.logits, c.targets, 5, 61)
    for r in 0..<5 {
      var row = garbage(61)
      var loss = garbage(1)
      cross_entropy_forward(
        &row, &loss, Array(c.logits[r * 61..<(r + 1) * 61]), [c.targets[r]], 1, 61)
      #expect(row.bits == Array(y[r * 61..<(r + 1) * 61]).bits)
      #expect(loss.bits == [losses[r].bitPattern])
    }
  }

  @Test("The loss is finite for logits that are far apart, and NaN for a NaN")
  func extremes() {
    let logits: [Float] = [500, -500, -.infinity, 499]
    var y = garbage(4)
    var losses = garbage(1)
    let logSum = log(1 + exp(-1.0))
    cross_entropy_forward(&y, &losses, logits, [1], 1, 4)
    #expect(losses[0] == Float(1000 + logSum))
    #expect(y[2] == -.infinity)
    softmax_loss_forward(&y, &losses, logits, [1], 1, 4)
    #expect(losses[0] == Float(1000 + logSum))
    #expect(y[1] == 0 && y[2] == 0)

    cross_entropy_forward(&y, &losses, [0, .nan, 1, 2], [0], 1, 4)
    #expect(losses[0].isNaN)
    softmax_loss_forward(&y, &losses, [0, .nan, 1, 2], [0], 1, 4)
    #expect(losses[0].isNaN)
  }

  @Test("The exponential is within 2 ulp, and nothing where it would be denormal")
  func exponential() {
    // Of a softmax whose sum is 1: the first element has all the weight, the others come below
    // 2^-25 of it. What is left is the exponential itself, in every one of its binades.
    let differences = (0..<50_000).map { 18 + Float($0) * 0.0016 }
    var worst = 0.0
    for d in differences {
      var y = garbage(2)
      var loss = garbage(1)
      softmax_loss_forward(&y, &loss, [0, -d], [0], 1, 2)
      let expected = exp(-Double(d))
      if expected >= 0x1p-125 {
        worst = max(worst, abs(Double(y[1]) - expected) / Double(Float(expected).ulp))
      } else {
        #expect(y[1] == 0 || y[1] >= Float.leastNormalMagnitude)
      }
    }
    #expect(worst <= 2)
  }
}
