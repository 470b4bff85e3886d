import Catalogue

extension Claim {
  /// What in a run a claim is about.
  public struct Measure: Codable, Sendable, Equatable {
    /// What is measured.
    public let quantity: Measured
    /// The part of the model.
    public let scope: Scope
    /// The tensors that count; nil for all in scope.
    public let roles: [RolePattern]?
    /// What the measurement counts.
    public let unit: Unit

    /// In YAML, and in JSON alike, the unit is called `in`.
    public enum CodingKeys: String, CodingKey, CaseIterable {
      /// The fields of the same names.
      case quantity, scope, roles
      /// The unit.
      case unit = "in"
    }
  }

  /// What a run can measure.
  public enum Measured: String, Codable, Sendable, CaseIterable {
    /// The weights.
    case parameters
    /// The gradients of the weights.
    case gradients
    /// What the optimizer keeps between steps.
    case optimizerState
    /// Parameters, gradients and optimizer states together.
    case modelStates
    /// Activations that are alive when the forward pass has ended.
    case savedForBackward
    /// All that is alive at the worst moment.
    case peak
    /// Weights at the worst moment.
    case peakParameters = "peak.parameters"
    /// Gradients of weights at the worst moment.
    case peakGradients = "peak.gradients"
    /// Optimizer states at the worst moment.
    case peakOptimizerState = "peak.optimizerState"
    /// Activations at the worst moment.
    case peakActivations = "peak.activations"
    /// The most activations that are alive at once, whatever else is.
    case mostActivations = "most.activations"
    /// Workspace and gradients of activations, at the worst moment.
    case temporary
    /// Keys and values kept between decoding steps, for s tokens.
    case kvCache
    /// All that is alive at the worst moment of reading s tokens without gradients.
    case inferencePeak = "inference.peak"
    /// The most in the forward pass.
    case peakForward = "peak.forward"
    /// The most in the backward pass.
    case peakBackward = "peak.backward"
    /// The most in the update.
    case peakOptimizer = "peak.optimizer"
    /// What passes by a rank of several in an update; an all-reduce counts twice.
    case communication
    /// Token ids and targets.
    case inputs
    /// Work of a forward pass.
    case flopsForward = "flops.forward"
    /// Work of a backward pass, without recomputation.
    case flopsBackward = "flops.backward"
    /// Work done again in the backward pass.
    case flopsRecompute = "flops.recompute"
    /// Work of a forward pass that is not a matrix product.
    case flopsElementwise = "flops.elementwise"
    /// Work of the optimizer.
    case flopsOptimizer = "flops.optimizer"
    /// Work of a step without the optimizer: forward, backward and recomputation.
    case flopsStep = "flops.step"
  }

  /// The part of the model that is measured.
  public enum Scope: String, Codable, Sendable, CaseIterable {
    /// All of it, loss included.
    case model
    /// All blocks together.
    case blocks
    /// One block.
    case block
    /// All blocks of the encoder together, where there is one; `blocks` are those of the decoder.
    case encoder
    /// One block of the encoder.
    case encoderBlock = "encoder.block"
    /// The attention part of one block.
    case attention = "block.attention"
    /// The feed-forward part of one block.
    case mlp = "block.mlp"
    /// The norm before the attention of one block.
    case attentionNorm = "block.attentionNorm"
    /// The norm before the feed-forward part of one block.
    case mlpNorm = "block.mlpNorm"
    /// Token and position embeddings.
    case embedding
    /// The norm after the last block.
    case finalNorm
    /// The projection to the vocabulary, and the loss.
    case head
  }
}

extension Claim.Measure {
  /// Whether it is about the tensors of a role: those that it names, else all in scope. What the
  /// claim's terms cover does not matter: a tensor that the formula forgot must show.
  public func isAbout(_ role: TensorRole) -> Bool {
    roles?.contains { $0.matches(role) } ?? true
  }
}

extension Claim {
  /// Whether there is something in a run that it is held to.
  public var isMeasured: Bool { measure != nil || !measures.isEmpty }

  /// The terms that count the tensors of a role.
  public func terms(covering role: TensorRole) -> [Term] {
    terms.filter { $0.covers.contains(role) }
  }
}
