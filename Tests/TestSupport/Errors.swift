/// The largest deviation, relative to the largest reference value, for tensors whose elements are
/// sums of terms of one size; infinite where a value is not a number.
///
/// - Parameter size: how large the terms are, where they cancel: rounding is relative to that.
public func relativeError(
  _ actual: [Float], _ expected: [Double], size: Double = .leastNormalMagnitude
) -> Double {
  precondition(actual.count == expected.count, "\(actual.count) values for \(expected.count)")
  let largest = expected.reduce(size) { max($0, abs($1)) }
  let deviation = zip(actual, expected).reduce(0) { largest, pair in
    let deviation = abs(Double(pair.0) - pair.1)
    // Comparisons with NaN are false, so `max` could pass it over.
    return deviation.isNaN ? .infinity : max(largest, deviation)
  }
  return deviation / largest
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

/// The error that `operations` roundings in a row and a sum of `n` terms may leave, relative to the
/// largest result. A rounding is at most half an ulp, 2⁻²⁴; those of a sum have random signs and
/// add up like a random walk, to √n of them. Whole ulps leave room for the unluckiest of many
/// results.
public func roundingBound(operations: Int, sumOf n: Int = 0) -> Double {
  (Double(operations) + Double(n).squareRoot()) * 0x1p-23
}
