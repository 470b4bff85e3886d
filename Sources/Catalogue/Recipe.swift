/// How a model is trained: everything besides its shape that bytes and FLOPs depend on.
public struct Recipe: Codable, Sendable, Equatable {
  /// Sequences per step on this device, `b`.
  public var batch = 4
  /// Tokens per sequence, `s`; of a source and of its target alike, where there is an encoder.
  public var sequence = 128
  /// Tokens at the start of each sequence that all see each other, as in a prefix language model;
  /// only what follows them is predicted. Nil for none.
  public var prefix: Int?
  /// Formats of weights, activations and gradients.
  public var precision = TrainingPrecision.fp32
  /// Format of the gradients that the optimizer gets.
  public var gradientPrecision = GradientPrecision.run
  /// Format of what the optimizer remembers, where it has no weights of 32 bits.
  public var statePrecision = StatePrecision.run
  /// The update rule.
  public var optimizer = Optimizer.adamw
  /// How the update is carried out, which decides what is alive meanwhile.
  public var optimizerImplementation = OptimizerImplementation.fused
  /// How attention is computed.
  public var attention = Attention.eager
  /// Whether the batch comes with a mask of which token sees which, a byte for each pair of each
  /// sequence, as Megatron-LM's data loader makes it; the attention here needs none.
  public var loadsMask = false
  /// Which activations are computed twice rather than kept.
  public var recompute = Recompute.none
  /// Probability of dropping an element, at the embedding, the attention probabilities and the end
  /// of each residual branch; and where else a family drops some.
  public var dropout: Float = 0
  /// Micro-batches whose gradients are added up before an update.
  public var accumulate = 1
  /// How many rows of a micro-batch an expert has room for, as a multiple of its even share; those
  /// that come later pass it by. Nil for as many as come.
  public var capacityFactor: Double?
  /// What is kept for backward.
  public var convention = Convention.pytorch
  /// Updates to run.
  public var steps = 3
  /// Seed of the initial weights, the data and dropout.
  public var seed: UInt64 = 0
  /// A file whose bytes are the training text; a synthetic corpus if nil.
  public var text: String?
  /// Step size.
  public var learningRate: Float = 3e-4
  /// Decoupled decay of matrices; norms and biases do not decay (Radford et al.'s successors'
  /// practice, as in nanoGPT).
  public var weightDecay: Float = 0.1
  /// Global norm to which gradients are clipped; none if 0 (Brown et al., 2020, appendix B: 1.0).
  public var clip: Float = 1

  /// The update rules.
  public enum Optimizer: String, Codable, Sendable, CaseIterable {
    /// Adam with decoupled decay (Loshchilov and Hutter, arXiv 1711.05101).
    case adamw
    /// Kingma and Ba, arXiv 1412.6980.
    case adam
    /// Gradient descent.
    case sgd
    /// Gradient descent with a decaying sum of gradients.
    case momentum
    /// Adam with moments of 8 bits (Dettmers et al., arXiv 2110.02861).
    case adam8bit
    /// The second moment of a matrix by its rows and columns, without a first (Shazeer and Stern,
    /// arXiv 1804.04235), as `torch.optim.Adafactor` has it.
    case adafactor
    /// No update: a step ends when the gradients are known.
    case none
  }
  /// The ways to carry out an update, by the names that PyTorch's optimizers have for them. They
  /// differ in what is alive meanwhile, and in no bit of the result.
  public enum OptimizerImplementation: String, Codable, Sendable, CaseIterable {
    /// In one pass, without tensors besides. Of Adafactor PyTorch has none; this is Assay's.
    case fused
    /// Op by op over all parameters: what lies between two ops is there for all of them at once.
    /// PyTorch's default on GPUs.
    case foreach
    /// Parameter by parameter, op by op.
    case loop
  }
  /// The ways to compute attention.
  public enum Attention: String, Codable, Sendable, CaseIterable {
    /// Scores and probabilities as (b·a·s, s) tensors.
    case eager
    /// In tiles, without such tensors.
    case flash
  }
  /// The defaults: one small fp32 step.
  public init() {}

  /// The defaults but for what is given.
  ///
  /// - Parameters:
  ///   - batch: sequences per step, `b`.
  ///   - sequence: tokens per sequence, `s`.
  ///   - precision: formats of weights, activations and gradients.
  ///   - optimizer: the update rule.
  ///   - attention: how attention is computed.
  ///   - recompute: which activations are computed twice rather than kept.
  ///   - dropout: the probability of dropping an element.
  ///   - accumulate: micro-batches whose gradients are added up before an update.
  ///   - convention: what is kept for backward.
  public init(
    batch: Int = Recipe().batch, sequence: Int = Recipe().sequence,
    precision: TrainingPrecision = .fp32, optimizer: Optimizer = .adamw,
    attention: Attention = .eager, recompute: Recompute = .none, dropout: Float = 0,
    accumulate: Int = 1, convention: Convention = .pytorch
  ) {
    (self.batch, self.sequence, self.precision) = (batch, sequence, precision)
    (self.optimizer, self.attention, self.recompute) = (optimizer, attention, recompute)
    (self.dropout, self.accumulate, self.convention) = (dropout, accumulate, convention)
  }
}
