import Catalogue

/// FLOPs of matrix products: those that ran, and those that a mask made needless.
public struct ProductCount: Codable, Sendable, Equatable {
  /// FLOPs that ran.
  public var executed = 0
  /// FLOPs that were skipped because the mask hides their result.
  public var hidden = 0

  static func += (total: inout ProductCount, part: ProductCount) {
    total.executed += part.executed
    total.hidden += part.hidden
  }

  static func * (count: ProductCount, times: Int) -> ProductCount {
    ProductCount(executed: count.executed * times, hidden: count.hidden * times)
  }
}

/// FLOPs of one op's matrix products, by what they compute: a product with a weight carries the
/// weight's role, the scores of attention and their product with the values carry those of the
/// tensors.
typealias ProductCounts = [TensorRole: ProductCount]
