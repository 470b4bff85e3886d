/// The number formats in which a run trains, as the command line spells them.
public enum TrainingPrecision: String, Codable, Sendable, CaseIterable {
  /// 32 bits throughout.
  case fp32
  /// Weights, activations and gradients in binary16, with a scaled loss; the optimizer updates a
  /// copy of the weights in 32 bits (Micikevicius et al., arXiv 1710.03740).
  case fp16
  /// The same in bfloat16, whose range needs no scaling (Kalamkar et al., arXiv 1905.12322).
  case bf16
  /// bfloat16 without a copy in 32 bits.
  case bf16Pure = "bf16-pure"

  /// The format of matrix products.
  public var compute: Precision {
    switch self {
    case .fp32: .fp32
    case .fp16: .fp16
    case .bf16, .bf16Pure: .bf16
    }
  }

  /// Whether there are 32 bits of every weight beside its 16.
  public var isMixed: Bool { self == .fp16 || self == .bf16 }

  /// Whether the loss is scaled, so that small gradients do not vanish.
  public var scalesLoss: Bool { self == .fp16 }
}
