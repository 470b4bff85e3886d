extension Architecture {
  /// Feed-forward networks of which each token is sent to the few that a router thinks best
  /// (Shazeer et al., arXiv 1701.06538).
  public struct Experts: Codable, Sendable, Equatable {
    /// How many there are in a block, `E`.
    public var count: Int
    /// How many of them a token is sent to, `k`.
    public var perToken: Int
    /// Whether the weights of a token's experts are made to add up to 1.
    public var areRenormalised: Bool

    /// - Parameters:
    ///   - count: `E`.
    ///   - perToken: `k`.
    ///   - areRenormalised: whether the weights of a token's experts are made to add up to 1.
    public init(count: Int, perToken: Int, areRenormalised: Bool = true) {
      self.count = count
      self.perToken = perToken
      self.areRenormalised = areRenormalised
    }

    /// Rows of `rows` that each expert has room for: `factor` times an even share, rounded up, and no
    /// more than come (Lepikhin et al., arXiv 2006.16668, section 2.2; Megatron-LM, `get_capacity`).
    public func capacity(rows: Int, factor: Double) -> Int {
      let share = Double(rows * perToken) / Double(count)
      return Int(min(Double(rows), (factor * share).rounded(.up)))
    }

    /// Rows of `rows` that each expert gets when all get as many as they can: rows·k/E, and one more
    /// for the first where that leaves some. What a dry run, which has nothing to route by, assumes.
    public func balancedLoad(rows: Int) -> [Int] {
      let (each, rest) = (rows * perToken).quotientAndRemainder(dividingBy: count)
      return (0..<count).map { $0 < rest ? each + 1 : each }
    }
  }
}
