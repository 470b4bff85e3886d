import Catalogue
import Foundation
import TestSupport

@testable import Instrument

/// Attention with dropout in double precision, head by head, from its definition; heads of
/// queries may share keys and values, and scores may fall with the distance.
struct ReferenceAttention {
  let batch, heads, sequence, dimension: Int
  let kvHeads: Int
  /// By what the scores of each head fall with each position of distance; empty for none.
  let slopes: [Float]
  let mask: AttentionMask
  /// (B·T, (a+2g)·d).
  let qkv: [Float]
  /// (B·T, a·d), the gradient of the context.
  let gradient: [Float]
  let dropout: Dropout
  /// (B·a·T, T): by what dropout multiplies the probabilities.
  private let factors: [Double]

  init(
    _ size: (B: Int, a: Int, T: Int, d: Int), kvHeads: Int? = nil, slopes: [Float] = [],
    mask: AttentionMask = .causal, dropout probability: Float
  ) throws {
    (batch, heads, sequence, dimension) = size
    (self.kvHeads, self.slopes, self.mask) = (kvHeads ?? size.a, slopes, mask)
    var random = SplitMix64(seed: UInt64(size.T))
    qkv = random.floats(size.B * size.T * (size.a + 2 * (kvHeads ?? size.a)) * size.d)
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
    AttentionShape(
      batch: batch, heads: heads, kvHeads: kvHeads, sequence: sequence, headDimension: dimension,
      mask: mask, slopes: slopes)
  }

  /// Whether a query sees a key, by the definition of its mask.
  func sees(_ query: Int, _ key: Int) -> Bool {
    switch mask {
    case .causal: key <= query
    case .bidirectional: true
    case .prefix(let length): key <= query || key < length
    case .window(let width): key <= query && query - key < width
    }
  }

  var hidden: Int { heads * dimension }
  /// Width of queries, keys and values, (a+2g)·d.
  var width: Int { (heads + 2 * kvHeads) * dimension }
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
    let columns = Part.allCases.map { column($0, item % heads) }
    let parts = columns.map { slice(qkv, first, width, $0) }
    let (q, k, v) = (parts[0], parts[1], parts[2])
    let slope = slopes.isEmpty ? 0 : Double(slopes[item % heads])
    let scores = product(q, k, m: T, n: T, k: d, transposeB: true)
    var probabilities: [Double] = []
    for (row, scores) in rows(scores, T).enumerated() {
      let weights = scores.enumerated().map { column, score in
        sees(row, column) ? exp(score * scale - slope * Double(row - column)) : 0
      }
      let sum = weights.reduce(0, +)
      result.logSumExp.append(log(sum))
      probabilities += weights.map { $0 / sum }
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
          // Heads of queries that share keys and values add up their gradients.
          result.qkvGradient[(first + row) * width + columns[index] + column] +=
            gradient[row * d + column]
        }
      }
    }
  }

  private enum Part: CaseIterable { case query, key, value }

  /// The first column of a head's queries, or of the keys or values that it shares with the a/g
  /// heads of its group.
  private func column(_ part: Part, _ head: Int) -> Int {
    let shared = head / (heads / kvHeads)
    return switch part {
    case .query: head * dimension
    case .key: (heads + shared) * dimension
    case .value: (heads + kvHeads + shared) * dimension
    }
  }

  /// T rows of d columns.
  private func slice(_ x: [Float], _ row: Int, _ width: Int, _ column: Int) -> [Double] {
    (row..<row + sequence).flatMap { row -> [Double] in
      let first = row * width + column
      return Array(x[first..<first + dimension]).doubles
    }
  }
}
