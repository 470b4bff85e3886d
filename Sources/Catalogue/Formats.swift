/// The formats in which a run stores its tensors.
public struct Formats: Sendable, Equatable {
  /// Weights.
  public var parameter: Precision
  /// Gradients of weights.
  public var gradient: Precision
  /// What the optimizer keeps.
  public var optimizerState: Precision
  /// Operands and results of matrix products, and what lies between them.
  public var activation: Precision
  /// The residual stream and its gradient.
  public var stream: Precision
  /// The probabilities of attention.
  public var softmax: Precision
  /// Log-probabilities or probabilities over the vocabulary.
  public var loss: Precision
  /// Keys and values kept between tokens; as 8-bit integers, each row has a scale.
  public var kvCache: Precision
  /// Integers that stand for the weights of linear layers; nil where weights are numbers.
  public var quantisation: Quantisation?

  /// Everything in one format.
  public init(all precision: Precision) {
    parameter = precision
    gradient = precision
    optimizerState = precision
    activation = precision
    stream = precision
    softmax = precision
    loss = precision
    kvCache = precision
  }

  /// 32 bits throughout.
  public static let fp32 = Formats(all: .fp32)

  /// The format of a category's tensors, where their op names none.
  public subscript(category: Category) -> Precision {
    switch category {
    case .parameter: parameter
    case .gradient: gradient
    case .optimizerState: optimizerState
    case .activation, .temporary: activation
    case .kvCache: kvCache
    case .input: .int64
    }
  }
}
