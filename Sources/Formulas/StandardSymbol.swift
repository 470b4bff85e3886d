/// The symbols that every formula may use without saying what they are, after Korthikanti et al.
/// (arXiv 2205.05198) where they have one.
///
/// The cases are in the order in which the factors of a product are written.
public enum StandardSymbol: String, Codable, Sendable, CaseIterable {
  /// Layers.
  case layers = "l"
  /// Attention heads.
  case heads = "a"
  /// Sequences of a step.
  case batch = "b"
  /// Tokens of a sequence.
  case sequence = "s"
  /// Entries of the vocabulary.
  case vocabulary = "V"
  /// Learned positions.
  case positions = "T"
  /// Width of the residual stream.
  case hidden = "h"
  /// Width of the feed-forward network.
  case feedForward = "f"
  /// Heads of keys and values.
  case kvHeads = "g"
  /// Width of a head.
  case headDimension = "d"
  /// Weights.
  case parameters = "P"
  /// Tokens of a whole training.
  case trainingTokens = "D"
  /// Data-parallel ranks.
  case dataParallel = "N"
  /// Tensor-parallel ranks.
  case tensorParallel = "t"
  /// Pipeline stages.
  case pipelineParallel = "p"

  /// What it stands for.
  public var meaning: String {
    switch self {
    case .layers: "layers"
    case .heads: "attention heads"
    case .batch: "batch size, in sequences"
    case .sequence: "sequence length, in tokens"
    case .vocabulary: "vocabulary size"
    case .positions: "learned positions"
    case .hidden: "hidden size"
    case .feedForward: "feed-forward size"
    case .kvHeads: "key-value heads"
    case .headDimension: "head dimension"
    case .parameters: "parameters"
    case .trainingTokens: "training tokens"
    case .dataParallel: "data-parallel ranks"
    case .tensorParallel: "tensor-parallel ranks"
    case .pipelineParallel: "pipeline stages"
    }
  }

  /// Whether it is a size that is chosen for a run, and follows from no other.
  var isSizeOfRun: Bool {
    switch self {
    case .layers, .heads, .batch, .sequence, .vocabulary, .positions, .hidden: true
    default: false
    }
  }

  /// Whether a run on one device has a value for it.
  var isOfRun: Bool {
    switch self {
    case .dataParallel, .tensorParallel, .pipelineParallel: false
    default: true
    }
  }

  /// The order in which the terms of a sum are compared: the term with more of the first symbol
  /// comes first. It puts `12·h²` before `13·h`, and `34·b·s·h` before `5·a·b·s²`.
  static let significance: [StandardSymbol] = [
    .layers, .hidden, .feedForward, .headDimension, .heads, .kvHeads, .batch, .sequence,
    .vocabulary, .positions, .parameters, .trainingTokens, .dataParallel, .tensorParallel,
    .pipelineParallel,
  ]
}
