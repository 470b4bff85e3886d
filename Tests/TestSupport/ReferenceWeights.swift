/// The initial weights of the fixtures, which follow from their place alone: see
/// `make_fixtures.py`.
public enum ReferenceWeights {
  /// The elements of the parameter with that number.
  ///
  /// - Parameter base: 1 for the weights of norms, 0 for everything else.
  public static func values(parameter: Int, count: Int, base: Float) -> [Float] {
    (0..<count).map { index in
      let bits = splitmix64(UInt64(parameter + 1) &* 1_000_003 &+ UInt64(index) &+ 1)
      let uniform = Float(bits >> 40) / Float(1 << 24)
      return base + (uniform - 0.5) * 0.25
    }
  }

  private static func splitmix64(_ x: UInt64) -> UInt64 {
    var z = x &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
