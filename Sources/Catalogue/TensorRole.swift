/// Which tensor it is. One list, used by the program that allocates the tensors and by the
/// formulas that claim to cover them.
///
/// The raw value is `part.name`; a ledger path is the scope in the model followed by the name:
/// `attention.probabilities` in scope `block.3.attention` is `block.3.attention.probabilities`.
public enum TensorRole: String, Codable, Sendable, CaseIterable, HashedByCase {
  // Parameters, and under category `gradient` their gradients.
  /// The vector of each token, (V,h).
  case tokenEmbedding = "embedding.token"
  /// The vector of each position, (T,h).
  case positionEmbedding = "embedding.position"
  /// From the width of the embeddings to that of the stream.
  case embeddingProjectionWeight = "embedding.projection.weight"
  /// A number for each bucket of distances and each head, as T5 adds to scores.
  case relativePositionTable = "relativePosition.table"
  /// The vector of each kind of token, as in BERT.
  case tokenTypeEmbedding = "embedding.tokenType"
  /// What a norm multiplies by, (1,h).
  case normWeight = "norm.weight"
  /// What a norm adds, (1,h).
  case normBias = "norm.bias"
  /// Projects to queries, keys and values at once.
  case qkvWeight = "attention.qkv.weight"
  /// Added to queries, keys and values.
  case qkvBias = "attention.qkv.bias"
  /// Projects to queries, in attention to an encoder.
  case queryWeight = "attention.query.weight"
  /// Added to queries.
  case queryBias = "attention.query.bias"
  /// Projects what an encoder wrote to keys and values.
  case keyValueWeight = "attention.keyValue.weight"
  /// Added to keys and values.
  case keyValueBias = "attention.keyValue.bias"
  /// Projects what the heads read back to the stream.
  case attentionProjectionWeight = "attention.projection.weight"
  /// Added to what the heads read.
  case attentionProjectionBias = "attention.projection.bias"
  /// Projects to the gate of a gated network, (f,h).
  case mlpGateWeight = "mlp.gate.weight"
  /// Added to the gate.
  case mlpGateBias = "mlp.gate.bias"
  /// Projects up to the feed-forward width, (f,h).
  case mlpUpWeight = "mlp.up.weight"
  /// Added to that.
  case mlpUpBias = "mlp.up.bias"
  /// Projects back down, (h,f).
  case mlpDownWeight = "mlp.down.weight"
  /// Added to that.
  case mlpDownBias = "mlp.down.bias"
  /// Scores the experts, (E,h).
  case routerWeight = "router.weight"
  /// The gates of all experts, (E·f,h).
  case expertGateWeight = "experts.gate.weight"
  /// The projections up of all experts, (E·f,h).
  case expertUpWeight = "experts.up.weight"
  /// The projections down of all experts, (E·h,f).
  case expertDownWeight = "experts.down.weight"
  /// From the width of the stream to that of the head.
  case headProjectionWeight = "head.projection.weight"
  /// The layer before the head of a masked language model.
  case headTransformWeight = "head.transform.weight"
  /// Added by it.
  case headTransformBias = "head.transform.bias"
  /// The layer on the first token, as in BERT.
  case poolerWeight = "pooler.weight"
  /// Added by it.
  case poolerBias = "pooler.bias"
  /// Projects to the vocabulary, (V,h), where it is not the token embedding.
  case headWeight = "head.weight"
  /// Added to the logits.
  case headBias = "head.bias"
  /// What integers of a quantised weight are multiplied by.
  case weightScale = "weight.scale"

  // Optimizer states.
  /// The weights in 32 bits, where those of the run have 16.
  case masterWeight = "optimizer.masterWeight"
  /// The mean of the gradients.
  case firstMoment = "optimizer.firstMoment"
  /// The mean of their squares.
  case secondMoment = "optimizer.secondMoment"
  /// The decaying sum of gradients.
  case velocity = "optimizer.velocity"
  /// What first moments of 8 bits are multiplied by, block by block.
  case firstMomentScale = "optimizer.firstMomentScale"
  /// What second moments of 8 bits are multiplied by, block by block.
  case secondMomentScale = "optimizer.secondMomentScale"
  /// The mean of squares of each row, as Adafactor keeps it.
  case secondMomentRows = "optimizer.secondMomentRows"
  /// The mean of squares of each column.
  case secondMomentColumns = "optimizer.secondMomentColumns"

  // Keys and values of the tokens seen so far.
  /// The keys of the tokens seen so far.
  case cachedKeys = "cache.keys"
  /// Their values.
  case cachedValues = "cache.values"
  /// What keys of 8 bits are multiplied by.
  case cachedKeyScales = "cache.keyScales"
  /// What values of 8 bits are multiplied by.
  case cachedValueScales = "cache.valueScales"

  // Inputs.
  /// The ids that are read.
  case tokens = "input.tokens"
  /// The ids that are to be predicted.
  case targets = "input.targets"
  /// The ids that an encoder reads.
  case source = "input.source"
  /// The kind of each token.
  case tokenTypes = "input.tokenTypes"
  /// Which token sees which, a byte for each pair.
  case attentionMask = "input.mask"

  // Activations.
  /// What the embedding hands to the first block, (b·s,h).
  case embeddingOutput = "embedding.output"
  /// Which of its elements are kept.
  case embeddingDropoutMask = "embedding.dropoutMask"
  /// A weight of 32 bits in 16, as autocast makes it.
  case weightCopy = "weight.copy"
  /// What a norm reads, (b·s,h): the stream.
  case normInput = "norm.input"
  /// What a norm writes, (b·s,h).
  case normOutput = "norm.output"
  /// Its input times the reciprocal deviation, before the weight.
  case normNormalised = "norm.normalised"
  /// The mean of each row, (b·s,1).
  case normMean = "norm.mean"
  /// Which elements of what the last norm wrote are kept.
  case normDropoutMask = "norm.dropoutMask"
  /// One over the deviation of each row, (b·s,1).
  case normReciprocalDeviation = "norm.reciprocalDeviation"
  /// Cosines of the angles of rotary positions.
  case rotaryCosine = "rotary.cosine"
  /// Their sines.
  case rotarySine = "rotary.sine"
  /// What attention reads, (b·s,h).
  case attentionInput = "attention.input"
  /// Queries, keys and values side by side, (b·s,(a + 2g)·d).
  case attentionQKV = "attention.qkv"
  /// Keys and values of an encoder's tokens, side by side.
  case attentionKeyValue = "attention.keyValue"
  /// Queries, head by head.
  case attentionQuery = "attention.query"
  /// Keys, head by head.
  case attentionKey = "attention.key"
  /// Values, head by head.
  case attentionValue = "attention.value"
  /// Products of queries and keys, (b·a·s,s).
  case attentionScores = "attention.scores"
  /// What the softmax makes of them, (b·a·s,s).
  case attentionProbabilities = "attention.probabilities"
  /// Which probabilities are kept, (b·a·s,s).
  case attentionDropoutMask = "attention.dropoutMask"
  /// The probabilities after dropout, (b·a·s,s).
  case attentionDroppedProbabilities = "attention.droppedProbabilities"
  /// The logarithm of each row's sum of exponentials, which tiled attention keeps.
  case attentionLogSumExp = "attention.logSumExp"
  /// What the heads read, (b·s,a·d).
  case attentionContext = "attention.context"
  /// What the projection behind them writes, (b·s,h).
  case attentionProjectionOutput = "attention.projectionOutput"
  /// Which elements of that are kept.
  case attentionResidualDropoutMask = "attention.residualDropoutMask"
  /// What the feed-forward network reads, (b·s,h).
  case mlpInput = "mlp.input"
  /// What its activation function reads, (b·s,f).
  case mlpActivationInput = "mlp.activationInput"
  /// What it writes, (b·s,f).
  case mlpActivationOutput = "mlp.activationOutput"
  /// What the gate is multiplied with, (b·s,f).
  case mlpUpOutput = "mlp.upOutput"
  /// Which elements of what the activation function wrote are kept.
  case mlpDropoutMask = "mlp.dropoutMask"
  /// What is left of them.
  case mlpDroppedOutput = "mlp.droppedOutput"
  /// The product of gate and projection, (b·s,f).
  case mlpProduct = "mlp.product"
  /// What the projection down writes, (b·s,h).
  case mlpProjectionOutput = "mlp.projectionOutput"
  /// Which elements of that are kept.
  case mlpResidualDropoutMask = "mlp.residualDropoutMask"
  /// The score of each expert for each row, (b·s,E).
  case routerLogits = "router.logits"
  /// What the softmax makes of them.
  case routerProbabilities = "router.probabilities"
  /// The experts of each row, (b·s,k).
  case routerChosen = "router.chosen"
  /// Their probabilities, (b·s,k).
  case routerChosenProbabilities = "router.chosenProbabilities"
  /// The sums of these, (b·s,1).
  case routerChosenSums = "router.chosenSums"
  /// The weight of each row with each of its experts, (b·s·k,1).
  case routerWeights = "router.weights"
  /// The number of the pair of row and expert at each place, sorted by expert.
  case routerOrder = "router.order"
  /// The place of each pair.
  case routerPlaces = "router.places"
  /// The row of the pair at each place.
  case routerSource = "router.source"
  /// The place behind the last of each expert, (1,E).
  case routerEnds = "router.ends"
  /// The rows at their experts' places, (b·s·k,h).
  case expertInput = "experts.input"
  /// What the experts' activation function reads, (b·s·k,f).
  case expertActivationInput = "experts.activationInput"
  /// What it writes, (b·s·k,f).
  case expertActivationOutput = "experts.activationOutput"
  /// What their gates are multiplied with, (b·s·k,f).
  case expertUpOutput = "experts.upOutput"
  /// The product of both, (b·s·k,f).
  case expertProduct = "experts.product"
  /// What the experts write, before the weights, (b·s·k,h).
  case expertOutput = "experts.output"
  /// The stream behind a block or a residual branch, (b·s,h).
  case blockOutput = "block.output"
  /// What the encoder wrote, which every block of the decoder reads.
  case encoderOutput = "encoder.output"
  /// What the activation function before the head reads.
  case headActivationInput = "head.activationInput"
  /// What it writes.
  case headActivationOutput = "head.activationOutput"
  /// What the head reads, (b·s,h).
  case headInput = "head.input"
  /// A score of each token of the vocabulary, (b·s,V).
  case logits = "head.logits"
  /// Logarithms of the probabilities of tokens, (b·s,V).
  case logSoftmax = "loss.logSoftmax"
  /// The probabilities themselves, (b·s,V).
  case lossProbabilities = "loss.probabilities"
  /// The loss of each row.
  case losses = "loss.losses"
  /// The sum of the weights of the targets, a single number.
  case lossTotalWeight = "loss.totalWeight"

  // Temporaries: workspaces, and gradients of activations.
  /// The gradient of the logits, (b·s,V).
  case lossGradient = "head.lossGradient"
  /// The gradient of an activation.
  case activationGradient = "gradient.activation"
  /// What is added to scores for each distance and head.
  case distanceBias = "relativePosition.bias"
  /// Scratch of the kernels of attention.
  case attentionWorkspace = "attention.workspace"
  /// Operands of 16 bits or fewer, widened for a matrix product.
  case productWorkspace = "product.workspace"
  /// The root of second moments, where an update runs op by op.
  case optimizerRoot = "optimizer.root"
  /// What the update is divided by, likewise.
  case optimizerDivisor = "optimizer.divisor"
  /// The update before it is applied.
  case optimizerUpdate = "optimizer.update"
  /// Means of squares of a gradient's rows or columns.
  case optimizerMeanSquares = "optimizer.meanSquares"
  /// The mean of the means of rows.
  case optimizerRowMean = "optimizer.rowMean"
  /// The gradient of the weights of rows with their experts.
  case routerWeightGradient = "gradient.routerWeight"

  /// Whether it belongs to the experts, of which a token uses a few, and not to their router.
  public var isOfExperts: Bool { rawValue.hasPrefix("experts.") }

  /// The name within the part, `probabilities` of `attention.probabilities`.
  public var name: Substring {
    rawValue[rawValue.index(after: rawValue.firstIndex(of: ".")!)...]
  }
}
