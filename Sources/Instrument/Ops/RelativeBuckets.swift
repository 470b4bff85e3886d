import Foundation

/// Buckets for the distances from queries to keys (Raffel et al., arXiv 1910.10683, section 2.1):
/// short distances have one each, longer ones share buckets that grow with the logarithm.
public struct RelativeBuckets: Sendable {
  let count: Int
  let furthest: Int
  let isBidirectional: Bool

  /// - Parameters:
  ///   - count: of all buckets.
  ///   - furthest: from this distance on all are in the last bucket.
  ///   - isBidirectional: whether keys behind the query have buckets of their own, half of all;
  ///     otherwise they share that of the distance 0.
  public init(count: Int, furthest: Int, isBidirectional: Bool) {
    self.count = count
    self.furthest = furthest
    self.isBidirectional = isBidirectional
  }

  /// The bucket of the distance key - query, as the authors' code has it (Mesh TensorFlow,
  /// `_relative_position_bucket`): the logarithm in 32 bits, which decides at the edges.
  public func bucket(of distance: Int) -> Int {
    guard isBidirectional else { return Self.bucket(of: max(0, -distance), count, furthest) }
    let half = count / 2
    return (distance > 0 ? half : 0) + Self.bucket(of: abs(distance), half, furthest)
  }

  private static func bucket(of distance: Int, _ count: Int, _ furthest: Int) -> Int {
    let single = count / 2
    guard distance >= single else { return distance }
    let octaves = Float(log(Double(furthest) / Double(single)))
    let share = logf(Float(distance) / Float(single)) / octaves * Float(count - single)
    return min(single + Int(share), count - 1)
  }
}
