import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// Rows of numbers, what RMS norm makes of them, and gradients.
struct RMSNormCase {
  static let sizes = [(1, 3), (5, 19), (33, 67)]
  static let epsilon: Float = 1e-3

  let x, weight, dy, stream: [Float]
  let shift: Float

  /// 1/√(mean of squares + ε), of one row.
  static func rstd(_ x: [Double]) -> Double {
    1 / (dot(x, x) / Double(x.count) + Double(epsilon)).squareRoot()
  }

  init(_ size: (R: Int, C: Int), shift: Float) {
    let (R, C) = size
    self.shift = shift
    var random = SplitMix64(seed: UInt64(C))
    (x, weight) = (random.floats(R * C, in: -1...3), random.floats(C))
    (dy, stream) = (random.floats(R * C), random.floats(R * C))
  }

  /// x/rms · (weight + shift), of one row.
  func norm(_ x: [Double]) -> [Double] {
    let rstd = Self.rstd(x)
    return x.indices.map { x[$0] * rstd * (Double(weight[$0]) + Double(shift)) }
  }

  func rowwise(_ body: (_ x: [Double], _ dy: [Double]) -> [Double]) -> [Double] {
    zip(rows(x.doubles, weight.count), rows(dy.doubles, weight.count)).flatMap(body)
  }
}

@Suite struct RMSNormTests {
  typealias Case = RMSNormCase

  @Test(
    "Output and statistics agree with the definition, and are the same made again",
    arguments: Case.sizes, [0, 1] as [Float])
  func forward(size: (R: Int, C: Int), shift: Float) throws {
    let (R, C) = size
    let test = Case(size, shift: shift)
    let (values, account) = try bothWays { engine -> [[Float]] in
      let x = engine.tensor(R, C, test.x)
      let weight = engine.tensor(1, C, test.weight)
      func norm(keeping normalised: borrowing Tensor?) -> [[Float]] {
        let output = engine.unwritten(R, C)
        let rstd = engine.unwritten(R, 1)
        engine.rmsNorm(
          into: output, normalised: normalised, rstd: rstd, x, weight: weight, shift: shift,
          epsilon: Case.epsilon)
        return [output.result, rstd.result]
      }
      let normalised = engine.unwritten(R, C)
      let kept: Tensor? = consume normalised
      let first = norm(keeping: kept)
      let second = norm(keeping: nil)
      let rstd = engine.unwritten(R, 1)
      engine.rmsNormStatistics(rstd: rstd, x, epsilon: Case.epsilon)
      let again = engine.unwritten(R, C)
      engine.rmsNormApply(into: again, x, rstd: rstd, weight: weight, shift: shift)
      let scaled =
        switch kept {
        case .some(let kept): kept.result
        case .none: [Float]()
        }
      return first + [scaled] + second + [again.result, rstd.result]
    }
    let rstds = rows(test.x.doubles, C).map(Case.rstd)
    // A sum over C, and some eight operations an element.
    let allowed = roundingBound(operations: 8, sumOf: C)
    #expect(relativeError(values[0], test.rowwise { x, _ in test.norm(x) }) <= allowed)
    #expect(relativeError(values[1], rstds) <= allowed)
    let normalised = test.rowwise { x, _ in x.map { $0 * Case.rstd(x) } }
    #expect(relativeError(values[2], normalised) <= allowed)
    for (index, same) in [3: 0, 4: 1, 5: 0, 6: 1] {
      #expect(values[index].bits == values[same].bits)
    }
    // 5 an element, twice; made again, 2 for the statistics and 3 for the output.
    #expect(account.elementwise == 15 * R * C)
    // (R,C): read, written and x·rstd; read and written; read; read and written. 4 times (R,1), and
    // the weight in all but the statistics.
    #expect(account.touchedBytes == 4 * (8 * R * C + 4 * R + 3 * C))
  }
}
