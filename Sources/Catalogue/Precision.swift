/// The number format of a tensor's elements.
public enum Precision: String, Codable, Sendable, CaseIterable, HashedByCase {
  /// The width in bits; bf16 has the exponent of fp32.
  case fp32, fp16, bf16, int8, int32, int64

  /// Bytes per element.
  public var width: Int {
    switch self {
    case .int64: 8
    case .fp32, .int32: 4
    case .fp16, .bf16: 2
    case .int8: 1
    }
  }
}
