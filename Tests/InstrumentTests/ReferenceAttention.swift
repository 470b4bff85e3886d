import Foundation
import TestSupport

@testable import Instrument

/// Causal attention with dropout in double precision, head by head, from its definition.
struct ReferenceAttention {
  let batch, heads, sequence, dimension: Int
  /// (B·T, 3·a·d).
  let qkv: [Float]
  /// (B·T, a·d), the gradient of the context.
  let gradient: [Float]
  let dropout: Dropout
  /// (B·a·T, T): by what dropout multiplies the probabilities.
  private let factors: [Double]

  init(_ size: (B: Int, a: Int, T: Int, d: Int), dropout probability: Float) throws {
    (batch, heads, sequence, dimension) = size
    var random = SplitMix64(seed: UInt64(size.T))
    qkv = random.floats(size.B * size.T * 3 * size.a * size.d)
    gradient = random.floats(size.B * size.T * size.a * size.d)
    let dropout = Dropout(probability: probability, seed: 5)
    self.dropout = dropout
    let engine = try Engine(expecting: 1 << 16)
    let mask = engine.make(
      size.B * size.a * size.T, size.T, .temporary, .attentionDropoutMask, precision: .int8)
    engine.dropoutMask(mask, dropout)
    factors = (0..<mask.count).map { Double(mask.masks[$0]) / (1 - Double(probability)) }
  }

  var shape: AttentionShape {
    AttentionShape(batch: batch, heads: heads, sequence: sequence, headDimension: dimension)
  }

  var hidden: Int { heads * dimension }
  /// Heads times T·T.
  var squares: Int { batch * heads * sequence * sequence }
  private var scale: Double { 1 / Double(dimension).squareRoot() }

  struct Result {
    var context, probabilities, logSumExp, qkvGradient: [Double]
  }

  func run() -> Result {
    var result = Result(
      context: [Double](repeating: 0, count: gradient.count), probabilities: [], logSumExp: [],
      qkvGradient: [Double](repeating: 0, count: qkv.count))
    for item in 0..<batch * heads { run(item, &result) }
    return result
  }

  private func run(_ item: Int, _ result: inout Result) {
    let (T, d) = (sequence, dimension)
    let first = item / heads * T
    let (q, k, v) = (part(0, item), part(1, item), part(2, item))
    let scores = product(q, k, m: T, n: T, k: d, transposeB: true)
    var probabilities: [Double] = []
    for (row, scores) in rows(scores, T).enumerated() {
      let weights = scores[...row].map { exp($0 * scale) }
      let sum = weights.reduce(0, +)
      result.logSumExp.append(log(sum))
      probabilities += weights.map { $0 / sum } + [Double](repeating: 0, count: T - row - 1)
    }
    result.probabilities += probabilities
    let factors = self.factors[item * T * T..<(item + 1) * T * T]
    let dropped = zip(probabilities, factors).map { $0 * $1 }
    let context = product(dropped, v, m: T, n: d, k: T)

    let dContext = slice(gradient, first, hidden, item % heads * d)
    let dDropped = product(dContext, v, m: T, n: T, k: d, transposeB: true)
    let dProbabilities = zip(dDropped, factors).map { $0 * $1 }
    // dp_j/ds_i = p_j·(δ_ij - p_i), and the scale.
    let dScores = zip(rows(probabilities, T), rows(dProbabilities, T)).flatMap { p, dp in
      let mean = dot(p, dp)
      return zip(p, dp).map { $0 * ($1 - mean) * scale }
    }
    let gradients = [
      product(dScores, k, m: T, n: d, k: T),
      product(dScores, q, m: T, n: d, k: T, transposeA: true),
      product(dropped, dContext, m: T, n: d, k: T, transposeA: true),
    ]
    for row in 0..<T {
      for column in 0..<d {
        let at = item % heads * d + column
        result.context[(first + row) * hidden + at] = context[row * d + column]
        for (index, gradient) in gradients.enumerated() {
          result.qkvGradient[(first + row) * 3 * hidden + index * hidden + at] =
            gradient[row * d + column]
        }
      }
    }
  }

  /// The head's queries, keys or values.
  private func part(_ index: Int, _ item: Int) -> [Double] {
    slice(
      qkv, item / heads * sequence, 3 * hidden, index * hidden + item % heads * dimension)
  }

  /// T rows of d columns.
  private func slice(_ x: [Float], _ row: Int, _ width: Int, _ column: Int) -> [Double] {
    (row..<row + sequence).flatMap { row -> [Double] in
      let first = row * width + column
      return Array(x[first..<first + dimension]).doubles
    }
  }
}
