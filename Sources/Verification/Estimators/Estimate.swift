import Formulas

/// What an estimator says of a training step; nil where it has nothing to say.
public struct Estimate: Sendable, Equatable {
  /// Weights.
  public var parameters: Int?
  /// Bytes of all gradients.
  public var gradient: Int?
  /// Bytes that the optimizer keeps between updates.
  public var optimizerState: Int?
  /// Bytes of activations that are alive when the loss is known.
  public var savedForBackward: Int?
  /// The most bytes that are alive at once.
  public var peak: Int?
  /// FLOPs of the matrix products of a forward pass.
  public var forwardFLOPs: Int?
  /// FLOPs of the matrix products of a backward pass.
  public var backwardFLOPs: Int?
  /// FLOPs of the matrix products that are done again in backward.
  public var recomputeFLOPs: Int?

  /// - Parameters:
  ///   - parameters: weights.
  ///   - gradient: bytes of all gradients.
  ///   - optimizerState: bytes that the optimizer keeps between updates.
  ///   - savedForBackward: bytes of activations that are alive when the loss is known.
  ///   - peak: the most bytes that are alive at once.
  ///   - forwardFLOPs: of the matrix products of a forward pass, as are the next two.
  ///   - backwardFLOPs: of a backward pass.
  ///   - recomputeFLOPs: of what is done again in backward.
  public init(
    parameters: Int? = nil, gradient: Int? = nil, optimizerState: Int? = nil,
    savedForBackward: Int? = nil, peak: Int? = nil, forwardFLOPs: Int? = nil,
    backwardFLOPs: Int? = nil, recomputeFLOPs: Int? = nil
  ) {
    self.parameters = parameters
    self.gradient = gradient
    self.optimizerState = optimizerState
    self.savedForBackward = savedForBackward
    self.peak = peak
    self.forwardFLOPs = forwardFLOPs
    self.backwardFLOPs = backwardFLOPs
    self.recomputeFLOPs = recomputeFLOPs
  }
}

extension EstimatorAnswer {
  /// What a function says, by the names that a program would use.
  init(_ estimate: Estimate) {
    let amounts = [
      "parameters": estimate.parameters, "gradient": estimate.gradient,
      "optimizerState": estimate.optimizerState, "savedForBackward": estimate.savedForBackward,
      "peak": estimate.peak, "flops.forward": estimate.forwardFLOPs,
      "flops.backward": estimate.backwardFLOPs, "flops.recompute": estimate.recomputeFLOPs,
    ]
    self.init(amounts: amounts.compactMapValues { $0.map { Rational($0) } })
  }
}
