import Catalogue
import Instrument

/// The account of a run, as a plain value: the `assay.measurement.v1` of the command line.
public struct Measurement: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.measurement.v1"
  /// Whether numbers were computed, or only accounted for.
  public let mode: Mode
  /// The model.
  public internal(set) var model: Model
  /// Every option, as used.
  public let recipe: Recipe
  /// Memory.
  public let bytes: Bytes
  /// Work of one update.
  public let flops: FLOPs
  /// Work of one update by op, and the bytes that each touches.
  public let operations: [Operation]
  /// Wall time of one update, the median over the updates; absent in a dry run.
  public let seconds: Seconds?
  /// The loss before each update, nil where it is no number; absent in a dry run.
  public internal(set) var loss: [Double?]?
  /// How the last forward pass spread the rows over experts; absent in a model without.
  public let expertLoads: [ExpertLoad]?
  /// Number of ledger events.
  public let events: Int
  /// The machine.
  public let environment: Environment
  /// How ranks divide the run; absent on a single device. What else is here is of rank 0.
  public internal(set) var layout: Layout?
  /// The ranks, in order.
  public internal(set) var ranks: [RankMeasurement]?

  /// Real or dry.
  public enum Mode: String, Codable, Sendable {
    /// Numbers were computed.
    case real
    /// They were only accounted for.
    case dry
  }

  /// The model's sizes, with its parameters counted from what was allocated.
  public struct Model: Codable, Sendable {
    /// The name it was asked for by.
    public let name: String
    /// The architecture.
    public let family: ModelShape.Family
    /// Blocks, `l`; of the decoder, where there is an encoder.
    public let layers: Int
    /// Blocks of the encoder; absent in a model without.
    public let encoderLayers: Int?
    /// Width of the residual stream, `h`.
    public let hidden: Int
    /// Query heads, `a`.
    public let heads: Int
    /// Key and value heads, `g`.
    public let kvHeads: Int
    /// Width of a head, `d`.
    public let headDimension: Int
    /// Feed-forward width, `f`.
    public let feedForward: Int
    /// Token embeddings, `V`.
    public let vocabulary: Int
    /// Learned positions, `T`.
    public let positions: Int
    /// Number of weights.
    public let parameters: Int
    /// Number of weights that a token meets: all but those of the experts that it is not sent to.
    public let activeParameters: Int
    /// Experts of a block, `E`; absent in a model without.
    public let experts: Int?
    /// Experts of a token, `k`; absent in a model without.
    public let expertsPerToken: Int?
  }

  /// The rows that each expert of a block got.
  public struct ExpertLoad: Codable, Sendable, Equatable {
    /// The place of the router.
    public let path: String
    /// Rows by expert: R·k together, as many for each as can be in a dry run, which has nothing to
    /// route by.
    public let rows: [Int]
  }

  /// Memory, in bytes.
  public struct Bytes: Codable, Sendable {
    /// Weights allocated.
    public let parameter: Int
    /// Gradients of all weights.
    public let gradient: Int
    /// What the optimizer keeps between updates.
    public let optimizerState: Int
    /// Activations alive when the loss is known.
    public let savedForBackward: Int
    /// The same by role, largest first.
    public let savedByRole: [RoleBytes]
    /// The same by place and role, layers taken together.
    public let savedByPlace: [PlaceBytes]
    /// The most that was alive at once.
    public let peak: Peak
    /// The most that was alive in each phase.
    public let peakByPhase: [String: Int]
    /// What the ledger holds after everything has been freed: 0, or the account is wrong.
    public let leaked: Int
    /// Resident memory against the ledger; absent in a dry run.
    public let witness: Witness?
  }

  /// All tensors of one role.
  public struct RoleBytes: Codable, Sendable, Equatable {
    /// Which tensors.
    public let role: TensorRole
    /// Their size together, in bytes.
    public let bytes: Int
    /// How many there are.
    public let tensors: Int
  }

  /// The moment at which most was alive, and what each category held at that moment.
  public struct Peak: Codable, Sendable {
    /// Bytes alive.
    public let total: Int
    /// The phase under way.
    public let phase: Phase
    /// The tensor whose allocation made the peak.
    public let path: String
    /// Bytes of weights.
    public let parameter: Int
    /// Bytes of gradients.
    public let gradient: Int
    /// Bytes of optimizer states.
    public let optimizerState: Int
    /// Bytes of activations.
    public let activation: Int
    /// Bytes of workspaces and of gradients of activations.
    public let temporary: Int
    /// Bytes of token ids.
    public let input: Int
    /// Bytes of keys and values kept between tokens; 0 in training.
    public let kvCache: Int
    /// The largest tensors alive at the peak.
    public let tensors: [NamedBytes]
    /// All of it by category, place and role, layers taken together.
    public let byPlace: [PlaceBytes]
  }

  /// A tensor by name.
  public struct NamedBytes: Codable, Sendable {
    /// Its place in the model and its name.
    public let path: String
    /// What its memory is for.
    public let category: Category
    /// Its size.
    public let bytes: Int
  }

  /// measured = ledger + unaccounted: the growth of resident memory, which the operating system
  /// reports, against the ledger's peak.
  public struct Witness: Codable, Sendable {
    /// Growth of resident memory over the run.
    public let measured: Int
    /// The ledger's peak.
    public let ledger: Int
    /// The difference: gaps between tensors, rounding, and everything that is not a tensor.
    public let unaccounted: Int

    init(measured: Int, ledger: Int) {
      self.measured = measured
      self.ledger = ledger
      unaccounted = measured - ledger
    }
  }

  /// Work of one update, in FLOPs.
  public struct FLOPs: Codable, Sendable, Equatable {
    /// Matrix products that ran.
    public let matmul: Passes
    /// Matrix products with what the mask let attention skip.
    public let matmulDense: Passes
    /// Everything else.
    public let elementwise: Elementwise
  }

  /// FLOPs of matrix products by pass.
  public struct Passes: Codable, Sendable, Equatable {
    /// Of the forward pass.
    public let forward: Int
    /// Of the backward pass.
    public let backward: Int
    /// Of forward work done again in backward.
    public let recompute: Int
  }

  /// FLOPs of elementwise work by pass.
  public struct Elementwise: Codable, Sendable, Equatable {
    /// Of the forward pass.
    public let forward: Int
    /// Of the backward pass.
    public let backward: Int
    /// Of forward work done again in backward.
    public let recompute: Int
    /// Of clipping and update.
    public let optimizer: Int
  }

  /// An op in one stage of an update.
  public struct Operation: Codable, Sendable, Equatable {
    /// Which op.
    public let operation: Instrument.Operation
    /// What it works for.
    public let stage: Work.Stage
    /// How often it runs.
    public let calls: Int
    /// FLOPs of its matrix products.
    public let matmul: Int
    /// FLOPs of everything else.
    public let elementwise: Int
    /// Bytes that it reads and writes, each operand once per call.
    public let touchedBytes: Int
  }

  /// Wall time, in seconds.
  public struct Seconds: Codable, Sendable {
    /// Of the forward pass.
    public let forward: Double
    /// Of the backward pass.
    public let backward: Double
    /// Of clipping and update.
    public let optimizer: Double
    /// Of the whole update.
    public let step: Double
    /// Tokens trained on per second.
    public let tokensPerSecond: Double
    /// Share of the cores' time that was spent inside matrix products.
    public let productShare: Double
  }

  /// The machine; what only a real run can tell is empty or 0 in a dry one.
  public struct Environment: Codable, Sendable {
    /// The name of the CPU.
    public let cpu: String
    /// Cores in use.
    public let threads: Int
    /// Version and build options of OpenBLAS.
    public let blas: String
    /// The CPU that its kernels are written for.
    public let blasCore: String
    /// Rate of a large matrix product, in 10⁹ FLOP/s.
    public let gemmPeakGFLOPS: Double
    /// Bytes of the process in physical memory after the last update.
    public let residentBytes: Int
  }
}
