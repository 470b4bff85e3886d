import Foundation
import TestSupport

/// Layers in double precision, written down from their definitions. Matrices are row-major.
enum Reference {
  // MARK: Layer norm

  static func mean(_ row: [Double]) -> Double { row.reduce(0, +) / Double(row.count) }

  static func rstd(_ row: [Double], epsilon: Double) -> Double {
    let m = mean(row)
    return 1 / (mean(row.map { ($0 - m) * ($0 - m) }) + epsilon).squareRoot()
  }

  static func rows(_ x: [Double], _ C: Int) -> [[Double]] {
    stride(from: 0, to: x.count, by: C).map { Array(x[$0..<$0 + C]) }
  }

  static func layerNorm(
    _ x: [Double], weight: [Double], bias: [Double], epsilon: Double
  ) -> [Double] {
    rows(x, weight.count).flatMap { row in
      let m = mean(row)
      let s = rstd(row, epsilon: epsilon)
      return row.indices.map { (row[$0] - m) * s * weight[$0] + bias[$0] }
    }
  }

  /// d out[j] / d x[i] = weight[j] s (delta_ij - 1/C - norm_i norm_j / C), summed over j.
  static func layerNormBackwardInput(
    _ x: [Double], dout: [Double], weight: [Double], epsilon: Double
  ) -> [Double] {
    let C = weight.count
    return zip(rows(x, C), rows(dout, C)).flatMap { row, dy in
      let m = mean(row)
      let s = rstd(row, epsilon: epsilon)
      let norm = row.map { ($0 - m) * s }
      let g = zip(dy, weight).map { $0 * $1 }
      let sum = g.reduce(0, +)
      let projection = dot(g, norm)
      return (0..<C).map { i in s * (g[i] - sum / Double(C) - norm[i] * projection / Double(C)) }
    }
  }

  static func layerNormBackwardParameters(
    _ x: [Double], dout: [Double], C: Int, epsilon: Double
  ) -> (weight: [Double], bias: [Double]) {
    var weight = [Double](repeating: 0, count: C)
    var bias = weight
    for (row, dy) in zip(rows(x, C), rows(dout, C)) {
      let m = mean(row)
      let s = rstd(row, epsilon: epsilon)
      for c in 0..<C {
        weight[c] += dy[c] * (row[c] - m) * s
        bias[c] += dy[c]
      }
    }
    return (weight, bias)
  }

  // MARK: GELU

  static func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  static func geluSlope(_ x: Double) -> Double {
    let k = (2 / Double.pi).squareRoot()
    let t = tanh(k * (x + 0.044715 * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x)
  }

  // MARK: AdamW

  struct Adam {
    var parameter: [Double]
    var m: [Double]
    var v: [Double]

    /// Algorithm 2 of arXiv 1711.05101, line by line, with alpha inside the schedule multiplier.
    mutating func step(
      _ gradient: [Double], number t: Int, learningRate: Double, beta1: Double, beta2: Double,
      epsilon: Double, weightDecay: Double
    ) {
      for i in parameter.indices {
        let g = gradient[i]
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        let mHat = m[i] / (1 - pow(beta1, Double(t)))
        let vHat = v[i] / (1 - pow(beta2, Double(t)))
        parameter[i] -=
          learningRate * (mHat / (vHat.squareRoot() + epsilon) + weightDecay * parameter[i])
      }
    }
  }
}
