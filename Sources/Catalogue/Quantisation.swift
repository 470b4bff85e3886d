/// Weights of linear layers as integers for inference, each a multiple of a scale in fp32 that a
/// group of a row's elements shares.
public enum Quantisation: String, Codable, Sendable, CaseIterable {
  /// 8 bits, a scale for each output channel (Dettmers et al., arXiv 2208.07339, section 2.1).
  case int8
  /// 4 bits, a scale for every 128 inputs (Frantar et al., arXiv 2210.17323, section 4).
  case int4

  /// Bits of an element.
  public var bits: Int { self == .int8 ? 8 : 4 }

  /// Elements that share a scale, in a row of so many: all of them where 128 do not divide it.
  public func group(columns: Int) -> Int {
    self == .int4 && columns % 128 == 0 ? 128 : columns
  }
}
