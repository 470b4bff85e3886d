import CKernels
import Catalogue

extension AttentionShape {
  /// Pairs of a query and a key that it sees, in one head.
  var visiblePairs: Int {
    positions.reduce(0) { $0 + mask.visiblePairs($1, of: keys) }
  }

  /// The keys from the first to the last that queries at these positions see: from one query to the
  /// next, neither moves back.
  func seen(by queries: Range<Int>) -> Range<Int> {
    let first = mask.visibleKeys(from: queries.lowerBound, of: keys).lowerBound
    let end = mask.visibleKeys(from: queries.upperBound - 1, of: keys).upperBound
    return first..<max(first, end)
  }

  /// Whether any of the queries at these positions sees any of the keys at those.
  func sees(_ queries: Range<Int>, _ keys: Range<Int>) -> Bool {
    seen(by: queries).overlaps(keys)
  }
}

extension AttentionMask {
  /// The same for the kernels.
  var kernel: attention_mask {
    switch self {
    case .causal: attention_mask(prefix: 0, window: .max)
    case .bidirectional: attention_mask(prefix: .max, window: .max)
    case .prefix(let length): attention_mask(prefix: length, window: .max)
    case .window(let width): attention_mask(prefix: 0, window: width)
    }
  }
}
