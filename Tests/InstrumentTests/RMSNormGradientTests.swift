import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct RMSNormGradientTests {
  typealias Case = RMSNormCase

  @Test(
    "Gradients agree with the definition's, added to what is there or not", arguments: Case.sizes,
    [(false, false), (true, false), (false, true), (true, true)])
  func backward(size: (R: Int, C: Int), adding: (residual: Bool, weight: Bool)) throws {
    let (R, C) = size
    for shift in [0, 1] as [Float] {
      let test = Case(size, shift: shift)
      let rstds = rows(test.x.doubles, C).map { Float(Case.rstd($0)) }
      let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
        let x = engine.tensor(R, C, test.x)
        let weight = engine.tensor(1, C, test.weight)
        let rstd = engine.tensor(R, 1, rstds)
        let dy = engine.tensor(R, C, test.dy)
        let dx = adding.residual ? engine.tensor(R, C, test.stream) : engine.unwritten(R, C)
        let dw = adding.weight ? engine.tensor(1, C, test.weight) : engine.unwritten(1, C)
        engine.rmsNormBackward(
          dx, addingResidual: adding.residual, weightGradient: dw, accumulating: adding.weight,
          from: dy, input: x, rstd: rstd, weight: weight, shift: shift)
        return [dx.result, dw.result]
      }
      func sum(_ gradient: [Double], _ before: [Float], if adds: Bool) -> [Double] {
        adds ? zip(gradient, before).map { $0 + Double($1) } : gradient
      }
      let dx = test.rowwise { x, dy in centralDifferences(x) { dot(dy, test.norm($0)) } }
      let dw = columnSums(
        test.rowwise { x, dy in zip(x, dy).map { $0 * $1 * Case.rstd(x) } }, C)
      // As forward, and a sum more; that of rows over R. Terms are up to 6·rstd in size.
      let allowed = roundingBound(operations: 16, sumOf: 3 * C)
      #expect(
        relativeError(values[0], sum(dx, test.stream, if: adding.residual), size: 4) <= allowed)
      let allowedSum = roundingBound(operations: 10, sumOf: R)
      let weight = sum(dw, test.weight, if: adding.weight)
      #expect(relativeError(values[1], weight, size: 1) <= allowedSum)
      #expect(account.elementwise == 12 * R * C)
      // dy and x read and dx written, and read where it is added to; (R,1); weight and gradient.
      let tensors = adding.residual ? 4 : 3
      #expect(account.touchedBytes == 4 * (tensors * R * C + R + 2 * C))
    }
  }

  @Test("The input's gradient may replace the output's", arguments: Case.sizes)
  func inPlace(size: (R: Int, C: Int)) throws {
    let (R, C) = size
    let test = Case(size, shift: 1)
    let rstds = rows(test.x.doubles, C).map { Float(Case.rstd($0)) }
    let (values, _) = try bothWays(.backward) { engine -> [[[Float]]] in
      [false, true].map { inPlace in
        let x = engine.tensor(R, C, test.x)
        let weight = engine.tensor(1, C, test.weight)
        let rstd = engine.tensor(R, 1, rstds)
        let dw = engine.unwritten(1, C)
        let dy = engine.tensor(R, C, test.dy)
        let dx = engine.unwritten(R, C)
        func run(into target: borrowing Tensor) -> [[Float]] {
          engine.rmsNormBackward(
            target, addingResidual: false, weightGradient: dw, accumulating: false, from: dy,
            input: x, rstd: rstd, weight: weight, shift: 1)
          return [target.result, dw.result]
        }
        return inPlace ? run(into: dy) : run(into: dx)
      }
    }
    #expect(values[0].map(\.bits) == values[1].map(\.bits))
  }
}
