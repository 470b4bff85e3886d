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
}
