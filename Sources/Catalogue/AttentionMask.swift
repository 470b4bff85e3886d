/// Which keys a query may see. Under every mask they are neighbours: from a first one up to a last.
public enum AttentionMask: Codable, Sendable, Equatable {
  /// Those up to its own position.
  case causal
  /// All.
  case bidirectional
  /// The first so many, and those up to its own position: a prefix that is read in both directions,
  /// and a continuation that is written from left to right (Du et al., arXiv 2103.10360, section
  /// 2.1; Raffel et al., arXiv 1910.10683, section 3.2.1).
  case prefix(Int)
  /// So many, of which its own position is the last (Child et al., arXiv 1904.10509; Jiang et al.,
  /// arXiv 2310.06825, section 2).
  case window(Int)

  /// The keys, of `count`, that the query at a position sees.
  public func visibleKeys(from query: Int, of count: Int) -> Range<Int> {
    switch self {
    case .causal: 0..<min(query + 1, count)
    case .bidirectional: 0..<count
    case .prefix(let length): 0..<min(max(query + 1, length), count)
    case .window(let width): max(0, query + 1 - width)..<min(query + 1, count)
    }
  }

  /// Pairs of a query at one of these positions and a key, of `count`, that it sees: the sum of
  /// `visibleKeys`, which a long sequence has too many of to go through.
  public func visiblePairs(_ queries: Range<Int>, of count: Int) -> Int {
    pairs(before: queries.upperBound, of: count) - pairs(before: queries.lowerBound, of: count)
  }

  private func pairs(before end: Int, of count: Int) -> Int {
    switch self {
    case .causal: return Self.sum(to: end, most: count)
    case .bidirectional: return end * count
    case .prefix(let length):
      let behind = Self.sum(to: max(end, length), most: count) - Self.sum(to: length, most: count)
      return min(end, length) * min(length, count) + behind
    case .window(let width):
      return Self.sum(to: end, most: count) - Self.sum(to: max(0, end - width), most: .max)
    }
  }

  /// 1 + 2 + … + `end`, where no summand is greater than `most`.
  private static func sum(to end: Int, most: Int) -> Int {
    let rising = min(end, most)
    return rising * (rising + 1) / 2 + (end - rising) * most
  }
}
