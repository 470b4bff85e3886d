import TestSupport

extension Reference {
  // MARK: RMS norm

  static func rms(_ row: [Double], epsilon: Double) -> Double {
    (mean(row.map { $0 * $0 }) + epsilon).squareRoot()
  }

  static func rmsNorm(
    _ x: [Double], weight: [Double], shift: Double, epsilon: Double
  ) -> [Double] {
    rows(x, weight.count).flatMap { row in
      let size = rms(row, epsilon: epsilon)
      return row.indices.map { row[$0] / size * (weight[$0] + shift) }
    }
  }

  /// d out[j] / d x[i] = (weight[j] + shift) / rms (delta_ij - norm_i norm_j / C), summed over j.
  static func rmsNormBackwardInput(
    _ x: [Double], dout: [Double], weight: [Double], shift: Double, epsilon: Double
  ) -> [Double] {
    let C = weight.count
    return zip(rows(x, C), rows(dout, C)).flatMap { row, dy in
      let size = rms(row, epsilon: epsilon)
      let norm = row.map { $0 / size }
      let g = zip(dy, weight).map { $0 * ($1 + shift) }
      let projection = dot(g, norm)
      return (0..<C).map { (g[$0] - norm[$0] * projection / Double(C)) / size }
    }
  }

  static func rmsNormBackwardWeight(
    _ x: [Double], dout: [Double], C: Int, epsilon: Double
  ) -> [Double] {
    var weight = [Double](repeating: 0, count: C)
    for (row, dy) in zip(rows(x, C), rows(dout, C)) {
      let size = rms(row, epsilon: epsilon)
      for c in 0..<C { weight[c] += dy[c] * row[c] / size }
    }
    return weight
  }
}
