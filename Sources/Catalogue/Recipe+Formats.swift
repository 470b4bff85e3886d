extension Recipe {
  /// The formats of gradients that the optimizer gets.
  public enum GradientPrecision: String, Codable, Sendable, CaseIterable {
    /// That of the weights.
    case run
    /// 32 bits: backward adds to them (Megatron-LM's `main_grad`).
    case fp32
    /// That of the weights, and a copy in 32 bits for the update.
    case both
  }

  /// The formats of what the optimizer remembers, where there is no copy of the weights in 32 bits.
  public enum StatePrecision: String, Codable, Sendable, CaseIterable {
    /// That of the weights.
    case run
    /// 32 bits.
    case fp32
  }

  /// Whether the optimizer updates a copy of the weights in 32 bits.
  public var hasMasterWeights: Bool {
    precision.isMixed && !convention.castsWeights && optimizer != .none
  }

  /// Whether gradients are copied into 32 bits for the update.
  public var copiesGradients: Bool {
    gradientPrecision == .both && formats.gradient != .fp32
  }

  /// The formats in which the run stores its tensors.
  public var formats: Formats {
    var formats = Formats(all: precision.compute)
    if precision.isMixed || statePrecision == .fp32 { formats.optimizerState = .fp32 }
    if gradientPrecision == .fp32 { formats.gradient = .fp32 }
    if convention.lossInSingle { formats.loss = .fp32 }
    if convention.softmaxInSingle { formats.softmax = .fp32 }
    guard convention.castsWeights else { return formats }
    formats.parameter = .fp32
    formats.gradient = .fp32
    formats.optimizerState = .fp32
    formats.stream = .fp32
    formats.softmax = .fp32
    return formats
  }
}
