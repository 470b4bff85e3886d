/// What a tensor is for: the axis along which every memory report is split.
public enum Category: String, Codable, Sendable, CaseIterable, HashedByCase {
  /// Weights that the optimizer updates.
  case parameter
  /// Gradients of the parameters, from backward until the optimizer has used them.
  case gradient
  /// What the optimizer keeps between steps.
  case optimizerState
  /// Intermediate results of the forward pass; alive after it only when backward needs them.
  case activation
  /// Keys and values kept between decoding steps.
  case kvCache
  /// Workspace, and gradients of activations: nothing that outlives its op or its layer.
  case temporary
  /// Token ids and targets.
  case input

  /// Whether such tensors live from one phase of a step to another, apart from those that the
  /// forward pass piles up and the backward pass takes off.
  public var isLasting: Bool {
    switch self {
    case .parameter, .gradient, .optimizerState, .kvCache: true
    case .activation, .temporary, .input: false
    }
  }
}
