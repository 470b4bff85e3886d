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
/// tensors. An op has one or two, and tiled attention counts thousands of products: a list is searched
/// faster than a dictionary.
struct ProductCounts: ExpressibleByDictionaryLiteral {
  private(set) var entries: [(role: TensorRole, count: ProductCount)] = []

  init(dictionaryLiteral elements: (TensorRole, ProductCount)...) {
    entries = elements.map { (role: $0.0, count: $0.1) }
  }

  /// What one role has; nothing at first.
  subscript(role: TensorRole) -> ProductCount {
    get { entries.first { $0.role == role }?.count ?? ProductCount() }
    _modify {
      let known = entries.firstIndex { $0.role == role }
      if known == nil { entries.append((role, ProductCount())) }
      yield &entries[known ?? entries.count - 1].count
    }
  }

  static func += (total: inout ProductCounts, part: ProductCounts) {
    for entry in part.entries { total[entry.role] += entry.count }
  }

  static func * (counts: ProductCounts, times: Int) -> ProductCounts {
    var product = counts
    for index in product.entries.indices {
      product.entries[index].count = product.entries[index].count * times
    }
    return product
  }
}
