/// The sum of products of elements, in order.
public func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// The gradient of `loss` by central differences in double precision. Of values and derivatives
/// around 1 a step of 1e-5 leaves 1e-10 of truncation and 1e-11 of rounding, nothing beside fp32.
public func centralDifferences(_ x: [Double], _ loss: ([Double]) -> Double) -> [Double] {
  let step = 1e-5
  var probe = x
  return x.indices.map { index in
    defer { probe[index] = x[index] }
    probe[index] = x[index] + step
    let above = loss(probe)
    probe[index] = x[index] - step
    return (above - loss(probe)) / (2 * step)
  }
}

extension [Float] {
  /// The values, exactly.
  public var doubles: [Double] { map(Double.init) }
  /// The values bit for bit, which compare as equal where one is not a number, and not where the
  /// signs of zeros differ.
  public var bits: [UInt32] { map(\.bitPattern) }
}
