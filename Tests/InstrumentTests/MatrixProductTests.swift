import TestSupport
import Testing

@testable import Instrument

@Suite struct MatrixProductTests {
  /// Sizes below and above those from which a product is cut up, by rows and by columns, none of
  /// them a multiple of a tile.
  static let sizes = [(1, 1, 1), (3, 5, 7), (17, 1, 33), (193, 67, 45), (67, 193, 45)]
  static let transposes = [(false, false), (false, true), (true, false), (true, true)]

  /// Operands with `padding` between the rows, and the product that reads them.
  private struct Case {
    var product: MatrixProduct
    let a: [Float]
    let b: [Float]
    let c: [Float]

    init(_ size: (Int, Int, Int), _ transpose: (Bool, Bool), padding: Int) {
      let (m, n, k) = size
      product = MatrixProduct(
        m: m, n: n, k: k, transposeA: transpose.0, transposeB: transpose.1)
      var random = SplitMix64(seed: UInt64(m * n * k))
      if padding > 0 {
        product.strideA = (transpose.0 ? m : k) + padding
        product.strideB = (transpose.1 ? k : n) + padding + 1
        product.strideC = n + padding + 2
      }
      a = random.floats((transpose.0 ? k : m) * (product.strideA + (transpose.0 ? m : k)))
      b = random.floats((transpose.1 ? n : k) * (product.strideB + (transpose.1 ? k : n)))
      c = random.floats(m * (product.strideC + n))
    }

    /// C after the product: what lies between its rows stays as it was.
    func expected() -> [Double] {
      let (lda, ldb) = (
        max(product.strideA, product.transposeA ? product.m : product.k),
        max(product.strideB, product.transposeB ? product.k : product.n)
      )
      let ldc = max(product.strideC, product.n)
      var result = c.doubles
      for i in 0..<product.m {
        for j in 0..<product.n {
          var sum = 0.0
          for p in 0..<product.k {
            let x = a[product.transposeA ? p * lda + i : i * lda + p]
            sum += Double(x) * Double(b[product.transposeB ? j * ldb + p : p * ldb + j])
          }
          let before = product.beta == 0 ? 0 : Double(product.beta) * result[i * ldc + j]
          result[i * ldc + j] = Double(product.alpha) * sum + before
        }
      }
      return result
    }
  }

  private func run(_ test: Case) throws -> (c: [Float], account: Work.Account) {
    let ((c, a, b), account) = try bothWays { engine -> ([Float], [Float], [Float]) in
      let a = engine.tensor(1, test.a.count, test.a)
      let b = engine.tensor(1, test.b.count, test.b)
      let c = engine.tensor(1, test.c.count, test.c)
      engine.multiply(test.product, .logits, c.elements, a.elements, b.elements)
      return (c.result, a.result, b.result)
    }
    #expect(a.bits == test.a.bits)
    #expect(b.bits == test.b.bits)
    return (c, account)
  }

  @Test("A product agrees with three loops", arguments: sizes, transposes)
  func dense(size: (Int, Int, Int), transpose: (Bool, Bool)) throws {
    let test = Case(size, transpose, padding: 0)
    let (c, account) = try run(test)
    // A sum over k terms, of at most 2·2 each.
    #expect(relativeError(c, test.expected()) <= roundingBound(operations: 1, sumOf: size.2))
    // A multiplication and an addition for each of m·n·k terms; 4 bytes for each element.
    let (m, n, k) = size
    #expect(account.matmul == 2 * m * n * k)
    #expect(account.matmulDense == 2 * m * n * k)
    #expect(account.elementwise == 0)
    #expect(account.touchedBytes == 4 * (m * k + k * n + m * n))
    #expect(account.operations[.matrixProduct]?.calls == 1)
  }

  @Test("Strides skip what lies between rows, and leave it alone", arguments: sizes, transposes)
  func strides(size: (Int, Int, Int), transpose: (Bool, Bool)) throws {
    var test = Case(size, transpose, padding: 3)
    (test.product.alpha, test.product.beta) = (-0.5, 0.75)
    let (c, account) = try run(test)
    #expect(relativeError(c, test.expected()) <= roundingBound(operations: 3, sumOf: size.2))
    #expect(account.matmul == 2 * size.0 * size.1 * size.2)
  }

  @Test("With beta 1 products add up, and with beta 0 nothing is read", arguments: sizes)
  func accumulation(size: (Int, Int, Int)) throws {
    var test = Case(size, (true, false), padding: 0)
    test.product.beta = 1
    let sum = try run(test).c
    #expect(relativeError(sum, test.expected()) <= roundingBound(operations: 2, sumOf: size.2))
    test.product.beta = 0
    let (values, _) = try bothWays { engine in
      let c = engine.unwritten(size.0, size.1)
      let a = engine.tensor(1, test.a.count, test.a)
      let b = engine.tensor(1, test.b.count, test.b)
      engine.multiply(test.product, .logits, c.elements, a.elements, b.elements)
      return c.result
    }
    let written = Array(test.expected().prefix(size.0 * size.1))
    #expect(relativeError(values, written) <= roundingBound(operations: 1, sumOf: size.2))
  }
}
