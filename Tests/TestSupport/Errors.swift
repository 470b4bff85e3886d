/// The largest deviation, relative to the largest reference value: for tensors whose elements are
/// sums of terms of one size.
public func relativeError(_ actual: [Float], _ expected: [Double]) -> Double {
  precondition(actual.count == expected.count, "\(actual.count) values for \(expected.count)")
  let largest = expected.reduce(0) { max($0, abs($1)) }
  let deviation = zip(actual, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  return deviation / max(largest, .leastNormalMagnitude)
}

/// The norm of the deviation, relative to the norm of the reference.
public func relativeDistance(_ actual: [Float], _ expected: [Double]) -> Double {
  precondition(actual.count == expected.count, "\(actual.count) values for \(expected.count)")
  let norm = expected.reduce(0) { $0 + $1 * $1 }
  let distance = zip(actual, expected).reduce(0) {
    $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
  }
  return (distance / max(norm, .leastNormalMagnitude)).squareRoot()
}
