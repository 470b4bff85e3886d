/// Which tensor it is. One list, used by the program that allocates the tensors and by the
/// formulas that claim to cover them.
///
/// The raw value is `part.name`; a ledger path is the scope in the model followed by the name:
/// `attention.probabilities` in scope `block.3.attention` is `block.3.attention.probabilities`.
public enum TensorRole: String, Codable, Sendable, CaseIterable {
  // Parameters, and under category `gradient` their gradients.
  case tokenEmbedding = "embedding.token"
  case positionEmbedding = "embedding.position"
  case tokenTypeEmbedding = "embedding.tokenType"
  case normWeight = "norm.weight"
  case normBias = "norm.bias"
  case qkvWeight = "attention.qkv.weight"
  case qkvBias = "attention.qkv.bias"
  case attentionProjectionWeight = "attention.projection.weight"
  case attentionProjectionBias = "attention.projection.bias"
  case mlpGateWeight = "mlp.gate.weight"
  case mlpGateBias = "mlp.gate.bias"
  case mlpUpWeight = "mlp.up.weight"
  case mlpUpBias = "mlp.up.bias"
  case mlpDownWeight = "mlp.down.weight"
  case mlpDownBias = "mlp.down.bias"
  case routerWeight = "router.weight"
  case expertGateWeight = "experts.gate.weight"
  case expertUpWeight = "experts.up.weight"
  case expertDownWeight = "experts.down.weight"
  case headTransformWeight = "head.transform.weight"
  case headTransformBias = "head.transform.bias"
  case poolerWeight = "pooler.weight"
  case poolerBias = "pooler.bias"
  case headWeight = "head.weight"
  case headBias = "head.bias"
  case weightScale = "weight.scale"

  // Optimizer states.
  case masterWeight = "optimizer.masterWeight"
  case firstMoment = "optimizer.firstMoment"
  case secondMoment = "optimizer.secondMoment"
  case velocity = "optimizer.velocity"
  case firstMomentScale = "optimizer.firstMomentScale"
  case secondMomentScale = "optimizer.secondMomentScale"
  case secondMomentRows = "optimizer.secondMomentRows"
  case secondMomentColumns = "optimizer.secondMomentColumns"

  // Keys and values of the tokens seen so far.
  case cachedKeys = "cache.keys"
  case cachedValues = "cache.values"
  case cachedKeyScales = "cache.keyScales"
  case cachedValueScales = "cache.valueScales"

  // Inputs.
  case tokens = "input.tokens"
  case targets = "input.targets"
  case tokenTypes = "input.tokenTypes"

  // Activations.
  case embeddingOutput = "embedding.output"
  case embeddingDropoutMask = "embedding.dropoutMask"
  case weightCopy = "weight.copy"
  case normInput = "norm.input"
  case normOutput = "norm.output"
  case normNormalised = "norm.normalised"
  case normMean = "norm.mean"
  case normReciprocalDeviation = "norm.reciprocalDeviation"
  case rotaryCosine = "rotary.cosine"
  case rotarySine = "rotary.sine"
  case attentionInput = "attention.input"
  case attentionQKV = "attention.qkv"
  case attentionQuery = "attention.query"
  case attentionKey = "attention.key"
  case attentionValue = "attention.value"
  case attentionScores = "attention.scores"
  case attentionProbabilities = "attention.probabilities"
  case attentionDropoutMask = "attention.dropoutMask"
  case attentionDroppedProbabilities = "attention.droppedProbabilities"
  case attentionLogSumExp = "attention.logSumExp"
  case attentionContext = "attention.context"
  case attentionProjectionOutput = "attention.projectionOutput"
  case attentionResidualDropoutMask = "attention.residualDropoutMask"
  case mlpInput = "mlp.input"
  case mlpActivationInput = "mlp.activationInput"
  case mlpActivationOutput = "mlp.activationOutput"
  case mlpUpOutput = "mlp.upOutput"
  case mlpProduct = "mlp.product"
  case mlpProjectionOutput = "mlp.projectionOutput"
  case mlpResidualDropoutMask = "mlp.residualDropoutMask"
  case routerLogits = "router.logits"
  case routerProbabilities = "router.probabilities"
  case routerChosen = "router.chosen"
  case routerChosenProbabilities = "router.chosenProbabilities"
  case routerChosenSums = "router.chosenSums"
  case routerWeights = "router.weights"
  case routerOrder = "router.order"
  case routerPlaces = "router.places"
  case routerSource = "router.source"
  case routerEnds = "router.ends"
  case expertInput = "experts.input"
  case expertActivationInput = "experts.activationInput"
  case expertActivationOutput = "experts.activationOutput"
  case expertUpOutput = "experts.upOutput"
  case expertProduct = "experts.product"
  case expertOutput = "experts.output"
  case blockOutput = "block.output"
  case headActivationInput = "head.activationInput"
  case headActivationOutput = "head.activationOutput"
  case headInput = "head.input"
  case logits = "head.logits"
  case logSoftmax = "loss.logSoftmax"
  case lossProbabilities = "loss.probabilities"
  case losses = "loss.losses"
  case lossTotalWeight = "loss.totalWeight"

  // Temporaries: workspaces, and gradients of activations.
  case lossGradient = "head.lossGradient"
  case activationGradient = "gradient.activation"
  case attentionWorkspace = "attention.workspace"
  case productWorkspace = "product.workspace"
  case optimizerRoot = "optimizer.root"
  case optimizerDivisor = "optimizer.divisor"
  case optimizerUpdate = "optimizer.update"
  case optimizerMeanSquares = "optimizer.meanSquares"
  case optimizerRowMean = "optimizer.rowMean"
  case routerWeightGradient = "gradient.routerWeight"

  /// Whether it belongs to the experts, of which a token uses a few, and not to their router.
  public var isOfExperts: Bool { rawValue.hasPrefix("experts.") }

  /// The name within the part, `probabilities` of `attention.probabilities`.
  public var name: Substring {
    rawValue[rawValue.index(after: rawValue.firstIndex(of: ".")!)...]
  }
}
