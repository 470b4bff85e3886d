/// How FLOPs are counted: published numbers differ in all of these.
public struct FLOPConvention: Codable, Sendable, Equatable, CaseIterable {
  /// How the products of attention count.
  public let attention: Attention
  /// Whether what is computed again counts.
  public let recompute: Bool
  /// Whether the product with the vocabulary counts.
  public let head: Bool

  /// The ways to count attention.
  public enum Attention: String, Codable, Sendable, CaseIterable {
    /// As if every token saw every other.
    case dense
    /// Half of that, as a causal mask leaves.
    case causal
    /// Not at all, as in 6·P·D.
    case none
  }

  /// All of them.
  public static let allCases: [FLOPConvention] = Attention.allCases.flatMap { attention in
    [false, true].flatMap { recompute in
      [true, false].map { head in
        FLOPConvention(attention: attention, recompute: recompute, head: head)
      }
    }
  }

  /// Dense attention and head, nothing twice: model FLOPs.
  public static let model = FLOPConvention(attention: .dense, recompute: false, head: true)
  /// The same with what is computed again: hardware FLOPs.
  public static let hardware = FLOPConvention(attention: .dense, recompute: true, head: true)
}

/// FLOPs of an update of all devices, by what conventions count or leave out.
struct UpdateFLOPs: Sendable, Equatable {
  /// Products with weights of the layers, forward.
  var layers = 0.0
  /// Attention, forward, dense.
  var attention = 0.0
  /// The product with the vocabulary, forward.
  var head = 0.0
  /// Products with weights that are done again.
  var layersAgain = 0.0
  /// Attention that is done again, dense.
  var attentionAgain = 0.0

  /// The total: each gradient pass is two products for each of forward's.
  func counted(_ convention: FLOPConvention) -> Double {
    let share =
      switch convention.attention {
      case .dense: 1.0
      case .causal: 0.5
      case .none: 0.0
      }
    let model = 3 * (layers + share * attention + (convention.head ? head : 0))
    return model + (convention.recompute ? layersAgain + share * attentionAgain : 0)
  }
}

/// Utilisation of the devices under a convention.
public struct Utilisation: Codable, Sendable, Equatable {
  /// How FLOPs are counted.
  public let convention: FLOPConvention
  /// FLOPs of an update.
  public let flops: Double
  /// 10¹² FLOP/s of a device.
  public let teraflopsPerDevice: Double
  /// Over its peak.
  public let utilisation: Double
}
