/// How a training run is spread over devices. Each of them, a rank, runs the same program on its
/// part of the batch, of every layer, and of the layers.
public struct Layout: Codable, Sendable, Hashable {
  /// Replicas of the model, each with its share of the batch, `N`.
  public var data = 1
  /// Replicas that share the experts of a mixture, each of which has all of the rest (Lepikhin et al.,
  /// arXiv 2006.16668, section 3; Rajbhandari et al., arXiv 2201.05596): a divisor of `data`.
  public var expert = 1
  /// Ranks that share every sequence (Llama Team, arXiv 2407.21783, section 3.3.2; Megatron-LM's
  /// context parallelism), `C`; see `Layout.stretches`.
  public var context = 1
  /// Ranks that share every layer (Shoeybi et al., arXiv 1909.08053), `t`.
  public var tensor = 1
  /// Stages that share the layers (Huang et al., arXiv 1811.06965), `p`.
  public var pipeline = 1
  /// Runs of consecutive layers that a stage holds, `v`; more than one interleaves the stages
  /// (Narayanan et al., arXiv 2104.04473, section 2.2).
  public var virtual = 1
  /// Layers of each part, in the order of the forward pass, where they are not all the same: `v`
  /// parts for each of `p` stages. A part may have none.
  public var partLayers: [Int]?
  /// The order in which a stage goes through its micro-batches.
  public var schedule = Schedule.oneForwardOneBackward
  /// Whether norms, dropout and the residual stream are divided along the sequence among the ranks
  /// that share a layer (Korthikanti et al., arXiv 2205.05198, section 4.2.2).
  public var sequenceParallel = false
  /// What replicas share instead of each having all of it.
  public var zero = ZeRO.none
  /// Sequences that go through a rank at once, `b`.
  public var microbatch = 1
  /// Sequences of all replicas in one update.
  public var globalBatch = 1

  /// The stages of the Zero Redundancy Optimizer (Rajbhandari et al., arXiv 1910.02054, section 5);
  /// each divides what the one before it divides, and more.
  public enum ZeRO: Int, Codable, Sendable, CaseIterable, Comparable {
    /// Every replica has everything.
    case none
    /// Optimizer states are divided, stage 1.
    case optimizerStates
    /// Gradients, too, stage 2.
    case gradients
    /// Weights, too, stage 3.
    case parameters

    /// By how much is divided.
    public static func < (first: ZeRO, second: ZeRO) -> Bool { first.rawValue < second.rawValue }
  }

  /// The orders in which a stage goes through its micro-batches.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// All forward passes, then all backward passes (Huang et al., arXiv 1811.06965).
    case gpipe
    /// In turn, so that a stage holds no more micro-batches than there are stages behind it
    /// (Narayanan et al., arXiv 2104.04473, section 2.2).
    case oneForwardOneBackward = "1f1b"
  }

  /// One device.
  public init() {}

  /// Number of devices.
  public var ranks: Int { replicas * tensor * pipeline }

  /// Number of ranks that have the same weights, each for other tokens.
  public var replicas: Int { data * context }

  /// Runs of consecutive layers, of all stages.
  public var partCount: Int { pipeline * virtual }

  /// The layers of a part, of a model of so many.
  public func layers(ofPart number: Int, of layers: Int) -> Range<Int> {
    guard let partLayers else {
      let size = layers / partCount
      return number * size..<(number + 1) * size
    }
    let first = partLayers.prefix(number).reduce(0, +)
    return first..<first + partLayers[number]
  }

  /// Passes of a replica through the model before an update.
  public var microbatches: Int { globalBatch / (data * microbatch) }

  /// Whether replicas divide this; a single one has nobody to divide it with.
  public func divides(_ part: ZeRO) -> Bool { replicas > 1 && zero >= part }

  /// The recipe as one rank runs it: its micro-batch, and as many of them as make up its share.
  public func recipe(_ whole: Recipe) -> Recipe {
    var recipe = whole
    recipe.batch = microbatch
    recipe.accumulate = microbatches
    return recipe
  }
}
