import CKernels
import Catalogue

extension AttentionShape {
  /// Pairs of a query and a key that it sees, in one head.
  var visiblePairs: Int {
    positions.reduce(0) { total, stretch in
      stretch.reduce(total) { $0 + mask.visibleKeys(from: $1, of: keys).count }
    }
  }

  /// Whether any of the queries at these positions sees any of the keys at those. From one query to
  /// the next, the first key that is seen and the last never move back.
  func sees(_ queries: Range<Int>, _ keys: Range<Int>) -> Bool {
    let first = mask.visibleKeys(from: queries.lowerBound, of: self.keys).lowerBound
    let end = mask.visibleKeys(from: queries.upperBound - 1, of: self.keys).upperBound
    return first < keys.upperBound && keys.lowerBound < end
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
