/// Which tensors an implementation keeps for backward, and in what form.
///
/// A convention is data. The program reads its choices one by one; no code asks which convention
/// it is.
public struct Convention: Sendable, Equatable {
  /// The name on the command line.
  public let name: String
  /// Whose practice it is, with the source.
  public let provenance: String
  /// The normalised output, input of the next linear layer. Otherwise made again from the input.
  public let keepsNormOutput: Bool
  /// The input of a norm without a mean, times its reciprocal deviation, which the gradient of the
  /// weight is made of. Otherwise made again.
  public let keepsNormalised: Bool
  /// Mean and reciprocal deviation of each row. Otherwise made again from the input.
  public let keepsNormStatistics: Bool
  /// Queries, keys and values as three tensors of contiguous heads, the keys and values repeated
  /// for each head of queries or not, or the one output of their projection.
  public let qkv: QKV
  /// The scores before the softmax.
  public var keepsScores: Bool
  /// The probabilities after dropout, where there is dropout. Otherwise made again from the mask.
  public let keepsDroppedProbabilities: Bool
  /// How a dropout mask is remembered.
  public let dropoutMask: DropoutMask
  /// The activation function's output, input of the second linear layer. Otherwise made again.
  public let keepsActivationOutput: Bool
  /// The outputs of the projections that end a residual branch, before the addition.
  public let keepsProjectionOutput: Bool
  /// What the loss keeps.
  public let loss: Loss
  /// Whether what the loss keeps has 32 bits in a run of 16.
  public var lossInSingle: Bool
  /// Whether, in a run of 16 bits, weights keep 32 and are copied for each forward pass; stream,
  /// norms and softmax then have 32 bits, too.
  public let castsWeights: Bool
  /// The activation function's output beside the product of a gated network. Otherwise one kernel
  /// makes both, and backward makes it again.
  public var keepsGatedActivation = true
  /// Whether, in a run of 16 bits, the probabilities of attention that is not tiled have 32.
  public var softmaxInSingle = false
  /// What tiled attention wrote, beside the copy in the order of the stream that the projection
  /// behind it reads: the same bytes where a micro-batch has one sequence.
  public var keepsFlashOutput = false
  /// Whether gradients have buffers from the start to the end of a run, which backward adds to.
  /// Otherwise they are there from backward to the update.
  public var keepsGradients = false
  /// Whether what is added to a gradient, that of another micro-batch or of another use of the weight,
  /// is made apart first. Otherwise the product that makes it adds.
  public var addsGradientsApart = false
  /// Whether the head's layer hands on a gradient of its weight, in the weight's format, beside the
  /// buffer that it adds to: Megatron-LM's fused accumulation, too, returns an empty one.
  public var returnsHeadGradient = false
  /// The stream that a stage got from the one before it, with its gradient, until the same part of
  /// the model has gone forward again.
  public var keepsReceived = false

  /// Layout of queries, keys and values.
  public enum QKV: String, Sendable {
    /// Three tensors.
    case split
    /// Three tensors, of which keys and values are repeated for each head of queries.
    case repeated
    /// The output of one projection.
    case fused
  }
  /// Form of a dropout mask: a byte for each element, or only the seed that makes it.
  public enum DropoutMask: String, Sendable {
    /// A byte for each element.
    case byte
    /// The seed that makes it.
    case seed
  }
  /// What the loss keeps of the logits.
  public enum Loss: String, Sendable {
    /// A new tensor of log-probabilities, and the sum of the targets' weights; logits are freed.
    case logSoftmax
    /// Logits, a new tensor of probabilities, and a loss per row.
    case logitsAndProbabilities
    /// Probabilities, in the memory of the logits.
    case probabilitiesInPlace
    /// Probabilities, in the memory of a copy of the logits in the format of the loss; logits are
    /// freed. Backward copies their gradient back into the format of the logits.
    case probabilitiesOfCopy
  }
}

extension Convention {
  /// What Korthikanti et al. count: arXiv 2205.05198, section 4.1, with the statistics of the
  /// norms, which they neglect.
  public static let textbook = Convention(
    name: "textbook", provenance: "Korthikanti et al., arXiv 2205.05198, section 4.1",
    keepsNormOutput: true, keepsNormalised: false, keepsNormStatistics: true, qkv: .split,
    keepsScores: false, keepsDroppedProbabilities: true, dropoutMask: .byte,
    keepsActivationOutput: true, keepsProjectionOutput: false, loss: .probabilitiesInPlace,
    lossInSingle: true, castsWeights: false)

  /// What eager PyTorch keeps for the ops of a plain GPT-2, and of the Llama of transformers:
  /// `derivatives.yaml`, checked with `saved_tensors_hooks` (Tests/Fixtures/saved-for-backward.json).
  public static let pytorch = Convention(
    name: "pytorch", provenance: "PyTorch 2.13, torch.autograd.graph.saved_tensors_hooks",
    keepsNormOutput: true, keepsNormalised: true, keepsNormStatistics: true, qkv: .repeated,
    keepsScores: false, keepsDroppedProbabilities: true, dropoutMask: .byte,
    keepsActivationOutput: true, keepsProjectionOutput: false, loss: .logSoftmax,
    lossInSingle: false, castsWeights: false, addsGradientsApart: true)

  /// The same under `torch.autocast`: weights, residual stream, norms and softmax in 32 bits;
  /// products in 16, of copies of the weights that are kept for backward
  /// (`aten/src/ATen/autocast_mode.h`).
  public static let pytorchAutocast = Convention(
    name: "pytorch-autocast", provenance: "PyTorch 2.13, torch.autocast",
    keepsNormOutput: true, keepsNormalised: true, keepsNormStatistics: true, qkv: .repeated,
    keepsScores: false, keepsDroppedProbabilities: true, dropoutMask: .byte,
    keepsActivationOutput: true, keepsProjectionOutput: false, loss: .logSoftmax,
    lossInSingle: true, castsWeights: true, addsGradientsApart: true)

  /// Megatron-LM with Transformer Engine: projections' outputs are not copied head by head, the
  /// loss is taken in 32 bits of a copy of the logits (`vocab_parallel_cross_entropy`), gradients
  /// lie in the buffers of `DistributedDataParallel`, and a part of the model remembers its
  /// `input_tensor`.
  public static let megatron = Convention(
    name: "megatron",
    provenance: "NVIDIA/Megatron-LM core_r0.8 on, with Transformer Engine's fused layers",
    keepsNormOutput: true, keepsNormalised: false, keepsNormStatistics: true, qkv: .fused,
    keepsScores: false, keepsDroppedProbabilities: true, dropoutMask: .byte,
    keepsActivationOutput: true, keepsProjectionOutput: false, loss: .probabilitiesOfCopy,
    lossInSingle: true, castsWeights: false, keepsGatedActivation: false, keepsGradients: true,
    returnsHeadGradient: true, keepsReceived: true)

  /// All buffers of `train_gpt2.c`: its function `fill_in_activation_sizes` lists 23 of them.
  public static let llmC = Convention(
    name: "llm.c", provenance: "karpathy/llm.c, train_gpt2.c, fill_in_activation_sizes",
    keepsNormOutput: true, keepsNormalised: false, keepsNormStatistics: true, qkv: .fused,
    keepsScores: true, keepsDroppedProbabilities: true, dropoutMask: .byte,
    keepsActivationOutput: true, keepsProjectionOutput: true, loss: .logitsAndProbabilities,
    lossInSingle: false, castsWeights: false)

  /// The buffers of `train_gpt2.cu`, which has cuDNN's attention and turns the logits into their
  /// gradient in place. Not listed among the others: it is what a run without its own scratch needs.
  ///
  /// - Parameter keepsActivations: whether the activation function's output is kept (`-r 0`), or made
  ///   again (`-r 1`).
  public static func llmCUDA(keepsActivations: Bool) -> Convention {
    Convention(
      name: "llm.c-cuda", provenance: "karpathy/llm.c, train_gpt2.cu, fill_in_activation_sizes",
      keepsNormOutput: true, keepsNormalised: false, keepsNormStatistics: true, qkv: .fused,
      keepsScores: false, keepsDroppedProbabilities: true, dropoutMask: .byte,
      keepsActivationOutput: keepsActivations, keepsProjectionOutput: false,
      loss: .probabilitiesInPlace, lossInSingle: false, castsWeights: false)
  }

  /// The least that gives right gradients without a matrix product being done twice: whatever an
  /// elementwise pass can make again is not kept.
  public static let lean = Convention(
    name: "lean", provenance: "Assay: keep only what would cost a matrix product",
    keepsNormOutput: false, keepsNormalised: false, keepsNormStatistics: false, qkv: .fused,
    keepsScores: false, keepsDroppedProbabilities: false, dropoutMask: .seed,
    keepsActivationOutput: false, keepsProjectionOutput: false, loss: .probabilitiesInPlace,
    lossInSingle: false, castsWeights: false)

  /// All conventions, in the order in which they are listed.
  public static let all = [textbook, pytorch, pytorchAutocast, megatron, llmC, lean]

  /// The convention of that name.
  public static func named(_ name: String) -> Convention? { all.first { $0.name == name } }
}

/// A convention is written as its name.
extension Convention: Codable {
  /// Reads a name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let convention = Convention.named(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "no convention is called \"\(name)\"")
    }
    self = convention
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
