import Catalogue

/// How a framework turns the program's ops into kernels of a device: what it fuses, which attention
/// it calls, how it sends, and what it lets pass while products run.
public struct KernelSet: Sendable, Equatable {
  /// The name on the command line.
  public let name: String
  /// Where it is described.
  public let source: String
  /// Whether bias, dropout and residual are one kernel, bias and activation another, and scale, mask
  /// and softmax a third.
  public var fusesElementwise = false
  /// Whether a branch's bias, the branch and the stream are added one after the other.
  public var addsBiasesApart = false
  /// Copies of queries, keys, values and context that the program does not have.
  public var copies = HeadCopies()
  /// Whether what is computed again ends with the last tensor that backward needs, so that a layer's
  /// last product is left out.
  public var stopsRecomputeEarly = false
  /// Whether a weight's gradient is added up by the product that makes it.
  public var fusesGradientSums = false
  /// Which tiled attention it calls.
  public var flash = Flash.second
  /// Whether ranks that share a layer each send a part of what passes to the next stage, and put it
  /// together there (Narayanan et al., arXiv 2104.04473, section 4.1).
  public var scattersPipelineMessages = false
  /// Which messages pass while products run.
  public var overlap: Set<TimeOptions.Overlap> = []
  /// Speed of its products and attention, as a share of the libraries' on which the device model was
  /// calibrated.
  public var speed = 1.0
  /// Whether the host waits for each kernel before it sends the next.
  public var launchesSynchronously = false

  /// The versions of tiled attention.
  public enum Flash: Int, Sendable {
    /// Dao et al., arXiv 2205.14135.
    case first = 1
    /// Dao, arXiv 2307.08691.
    case second = 2
  }

  /// Passes over a tensor of all heads of a layer, each a read or a write.
  public struct HeadCopies: Sendable, Equatable {
    /// In forward.
    public var forward = 0
    /// In forward besides, for tiled attention.
    public var packing = 0
    /// In backward.
    public var backward = 0

    init(forward: Int = 0, packing: Int = 0, backward: Int = 0) {
      (self.forward, self.packing, self.backward) = (forward, packing, backward)
    }
  }

  /// Eager PyTorch.
  public static let pytorch: KernelSet = {
    var kernels = KernelSet(name: "pytorch", source: "PyTorch 2, eager, with FlashAttention-2")
    kernels.overlap = [.data]
    return kernels
  }()

  /// PyTorch before FlashAttention-2.
  public static let pytorch1: KernelSet = {
    var kernels = KernelSet(
      name: "pytorch-1",
      source: "PyTorch 1.13 and 2.0, eager, with FlashAttention 1; speed chosen with MosaicML's "
        + "throughput of an A100 in view")
    kernels.flash = .first
    kernels.overlap = [.data]
    kernels.speed = 0.96
    return kernels
  }()

  /// Megatron-LM as of Narayanan et al.
  public static let megatron2021: KernelSet = {
    var kernels = KernelSet(
      name: "megatron-2021",
      source: "Narayanan et al., arXiv 2104.04473, section 4.2; speed from table 1, "
        + "the model of 1.7B")
    kernels.fusesElementwise = true
    kernels.flash = .first
    kernels.scattersPipelineMessages = true
    kernels.speed = 0.95
    return kernels
  }()

  /// Megatron-LM as of Korthikanti et al.: sums over ranks pass while gradients of weights are made.
  public static let megatron: KernelSet = {
    var kernels = KernelSet(
      name: "megatron", source: "Korthikanti et al., arXiv 2205.05198, sections 4.2.2 and 6")
    kernels.fusesElementwise = true
    kernels.fusesGradientSums = true
    kernels.scattersPipelineMessages = true
    kernels.overlap = [.tensor]
    return kernels
  }()

  /// Megatron-DeepSpeed of 2022, as BLOOM was trained with: CUDA_LAUNCH_BLOCKING=1.
  public static let megatronDeepSpeed: KernelSet = {
    var kernels = KernelSet(
      name: "megatron-deepspeed",
      source:
        "bigscience-workshop/bigscience, train/tr11-176B-ml/tr11-176B-ml.slurm; speed, which no "
        + "mechanism explains, from chronicles-prequel.md, its lines 607 to 609")
    kernels.fusesElementwise = true
    kernels.flash = .first
    kernels.scattersPipelineMessages = true
    kernels.speed = 0.85
    kernels.launchesSynchronously = true
    return kernels
  }()

  /// GPT-NeoX of 2022, as Pythia was trained with. Rotated and other parts of queries and keys are
  /// put together, four passes; tiled attention gets queries, keys and values transposed and then
  /// packed, twelve; in backward each part's gradient is written to zeros, and the two are added.
  /// DeepSpeed's engine for pipelines, here of one stage, lets no messages pass meanwhile.
  public static let gptNeoX: KernelSet = {
    var kernels = KernelSet(
      name: "gpt-neox",
      source:
        "EleutherAI/gpt-neox, megatron/model/transformer.py; EleutherAI/pythia, models/*.yml; "
        + "deepspeedai/DeepSpeed, runtime/engine.py, _configure_zero_optimizer; speed, which no "
        + "mechanism explains, from Biderman et al., arXiv 2304.01373, the GPU hours of the model of "
        + "1.4B")
    kernels.fusesElementwise = true
    kernels.addsBiasesApart = true
    kernels.copies = HeadCopies(forward: 4, packing: 12, backward: 14)
    kernels.flash = .first
    kernels.speed = 0.77
    return kernels
  }()

  /// All that are built in.
  public static let all = [
    pytorch, pytorch1, megatron2021, megatron, megatronDeepSpeed, gptNeoX,
  ]

  /// The set of that name; nil if there is none.
  public static func named(_ name: String) -> KernelSet? { all.first { $0.name == name } }

  /// What goes with a convention: Megatron's kernels with what Megatron keeps, eager ones otherwise.
  public init(for convention: Convention) {
    self = convention == .megatron || convention == .textbook ? .megatron : .pytorch
  }

  private init(name: String, source: String) {
    (self.name, self.source) = (name, source)
  }
}
