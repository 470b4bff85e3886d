import Catalogue
import Projection

/// What the program is asked to be for a row.
extension MegatronRun {
  /// The model.
  func shape() throws(InputError) -> ModelShape {
    var shape = try ModelShape(
      name: name, layers: config.num_layers, hidden: config.hidden_size,
      heads: config.num_attention_heads, feedForward: config.ffn_hidden_size,
      vocabulary: config.padded_vocab_size, positions: config.max_position_embeddings,
      tiedHead: !config.untie_embeddings_and_output_weights)
    shape.headDimension = config.kv_channels
    if config.group_query_attention { shape.kvHeads = config.num_query_groups ?? shape.heads }
    shape.architecture.norm = config.normalization == "RMSNorm" ? .rmsNorm : .layerNorm
    shape.architecture.isGated = config.swiglu
    shape.architecture.activation = config.swiglu ? .silu : .geluTanh
    if config.position_embedding_type == "rope" {
      shape.architecture.position = .rotary(dimensions: config.kv_channels, theta: 10_000)
    }
    let hasBiases = !config.disable_bias_linear
    shape.architecture.biases.qkv = hasBiases || config.add_qkv_bias
    shape.architecture.biases.projection = hasBiases
    shape.architecture.biases.mlp = hasBiases
    shape.architecture.hasQueryKeyNorm = config.qk_layernorm
    return shape
  }

  /// How ranks divide it.
  var layout: Layout {
    var layout = Layout()
    layout.data = dataRanks
    layout.tensor = config.tp
    layout.pipeline = config.pp
    layout.virtual = config.vpp
    layout.partLayers = partLayers
    layout.sequenceParallel = config.sequence_parallel_effective
    layout.zero = config.use_distributed_optimizer ? .optimizerStates : .none
    layout.microbatch = config.micro_batch_size
    layout.globalBatch = config.global_batch_size
    return layout
  }

  /// Layers of each part where they are not the same (`--decoder-first-pipeline-num-layers`, and
  /// `--account-for-embedding-in-pipeline-split`, which gives the embedding the place of a layer).
  private var partLayers: [Int]? {
    let count = config.pp * config.vpp
    let (embedding, loss) = (
      config.account_for_embedding_in_pipeline_split ? 1 : 0,
      config.account_for_loss_in_pipeline_split ? 1 : 0
    )
    if embedding + loss > 0 {
      var parts = [Int](repeating: (config.num_layers + embedding + loss) / count, count: count)
      parts[0] -= embedding
      parts[count - 1] -= loss
      return parts
    }
    let (first, last) = (
      config.decoder_first_pipeline_num_layers, config.decoder_last_pipeline_num_layers
    )
    guard config.vpp == 1, first != nil || last != nil else { return nil }
    let ends = (first == nil ? 0 : 1) + (last == nil ? 0 : 1)
    let middle = (config.num_layers - (first ?? 0) - (last ?? 0)) / (count - ends)
    var parts = [Int](repeating: middle, count: count)
    if let first { parts[0] = first }
    if let last { parts[count - 1] = last }
    return parts
  }

  /// How it is trained.
  var recipe: Recipe {
    var recipe = Recipe()
    recipe.sequence = config.seq_length
    recipe.precision =
      switch config.precision {
      case "bf16": .bf16
      case "fp16": .fp16
      default: .fp32
      }
    recipe.gradientPrecision = config.main_grads_dtype == "fp32" ? .fp32 : .both
    recipe.optimizer = .adamw
    recipe.attention = attention == "unfused" ? .eager : .flash
    recipe.dropout = config.hidden_dropout
    recipe.loadsMask = config.create_attention_mask_in_dataloader
    recipe.recompute = recompute
    recipe.convention = .megatron
    // FlashAttention 2 takes the sequences of a micro-batch one behind the other, cuDNN as they are.
    recipe.convention.keepsFlashOutput = attention == "flash" && !isCuDNN
    recipe.convention.softmaxInSingle =
      config.transformer_impl == "local" && !config.masked_softmax_fusion
      && (config.attention_softmax_in_fp32 || config.apply_query_key_layer_scaling)
    return layout.recipe(recipe)
  }

  /// What Transformer Engine chooses by itself on Hopper.
  private var isCuDNN: Bool { hardware == "H100" && config.attention_backend == "auto" }

  private var recompute: Recompute {
    switch config.recompute_granularity {
    case "full": config.recompute_num_layers == 1 ? .full : .every(config.recompute_num_layers ?? 1)
    case "selective": .selective
    default: .none
    }
  }

  /// Why the program cannot be what the row is of; nil where it can.
  var obstacle: String? {
    if family != "gpt" { return "not a GPT" }
    if phase != "1st" { return "a resumed run" }
    if config.cross_entropy_loss_fusion { return "fused cross-entropy of unknown version" }
    if config.defer_embedding_wgrad_compute { return "the embedding's gradient is deferred" }
    if config.cp ?? 1 > 1 { return "context parallel" }
    if config.hidden_dropout != config.attention_dropout { return "two rates of dropout" }
    if config.recompute_method == "block" { return "only the first layers are recomputed" }
    return nil
  }
}

/// What the libraries and Megatron-LM hold beside the program's tensors.
extension MegatronRun {
  var holdings: [Holding] {
    [cuBLAS, transformerEngine, scores, gathered].compactMap { $0 }
  }

  /// `CUBLAS_WORKSPACE_CONFIG`, as `:4096:8`, in KiB and number; once for each thread.
  private var cuBLAS: Holding {
    guard let text = config.cublas_workspace_config, !text.isEmpty else {
      return .cuBLAS(computeCapability: hardware == "H100" ? "9.0" : "8.0")
    }
    let numbers = text.split(separator: ":").compactMap { Int($0) }
    let each = stride(from: 0, to: numbers.count - 1, by: 2)
      .reduce(0) { $0 + 1024 * numbers[$1] * numbers[$1 + 1] }
    return Holding(
      "cuBLAS workspaces", [each, each],
      source: "CUBLAS_WORKSPACE_CONFIG of the run, one for forward and one for backward")
  }

  private var transformerEngine: Holding? {
    config.transformer_impl == "transformer_engine"
      ? .transformerEngine(isHopperOrLater: hardware != "A100") : nil
  }

  /// 2·b·a/t·s² bytes.
  private var scores: Holding? {
    guard config.transformer_impl == "local" else { return nil }
    let (heads, sequence) = (config.num_attention_heads / config.tp, config.seq_length)
    return .scores(2 * config.micro_batch_size * heads * sequence * sequence)
  }

  /// 2·s·b·h bytes.
  private var gathered: Holding? {
    config.sequence_parallel_effective
      ? .gatheredStream(2 * config.micro_batch_size * config.seq_length * config.hidden_size) : nil
  }
}
