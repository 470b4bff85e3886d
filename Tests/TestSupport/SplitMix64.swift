/// Steele et al.'s SplitMix64 (OOPSLA 2014): the tests draw the same numbers every time.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose numbers follow from the seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// Values spread evenly over `range`.
  public mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  /// Indices below `bound`, such as token ids.
  public mutating func indices(_ count: Int, below bound: Int) -> [Int64] {
    (0..<count).map { _ in Int64.random(in: 0..<Int64(bound), using: &self) }
  }
}
