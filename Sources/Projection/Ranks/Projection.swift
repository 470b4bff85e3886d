import Catalogue
import Instrument
import Transformer

/// What each device of a cluster would hold, and say to others: the `assay.projection.v1` of the
/// command line. It comes from the program of one rank of each stage, run dry.
public struct Projection: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.projection.v1"
  /// The model.
  public let model: Measurement.Model
  /// How it is trained, as a rank runs it.
  public let recipe: Recipe
  /// How ranks divide it.
  public let layout: Layout
  /// The device; absent where none was named.
  public let device: Device?
  /// One rank of each stage, that which holds most.
  public let ranks: [StageRank]
  /// Whether the stage that takes most fits the device; absent without one.
  public let fits: Bool?
  /// Bytes of the device beyond that stage's; negative where it does not fit.
  public let headroom: Int?
  /// The largest micro-batch that fits, with as many of them; absent without a device.
  public let maxMicrobatch: Int?
  /// Sequences of all replicas in one update with such micro-batches.
  public let maxGlobalBatch: Int?
  /// What to change so that it fits; absent where it does, and where nothing is known to help.
  public let remedy: Remedy?
  /// What passes by a rank in one update, of the rank that has most of each.
  public let communication: Traffic
  /// How long an update takes; absent without a device.
  public let time: ProjectedTime?
  /// What the stage that takes most reserves, item by item: the sum is its `peakReserved`.
  public let terms: [Term]
  /// How every other figure is known; those of the terms say so themselves.
  public let bases: [FigureBasis]

  /// A rank of a stage.
  public struct StageRank: Codable, Sendable, Equatable {
    /// The stage.
    public let stage: Int
    /// Its memory.
    public let bytes: Bytes
    /// What it says to others in one update.
    public let communication: [RankMeasurement.Messages]
  }

  /// Memory of a rank, in bytes: of each category the most, at its own time.
  public struct Bytes: Codable, Sendable, Equatable {
    /// Weights that it keeps.
    public let parameter: Int
    /// Gradients that it keeps until the update.
    public let gradient: Int
    /// What its part of the optimizer remembers.
    public let optimizerState: Int
    /// Activations of all micro-batches under way, when they are most.
    public let savedForBackward: Int
    /// Workspaces of ops, gradients of activations, and what is put together for a while.
    public let temporary: Int
    /// What the library of matrix products takes for itself.
    public let workspace: Int
    /// The most that blocks of the caching allocator held at once.
    public let peakAllocated: Int
    /// The most that the caching allocator had taken from the device.
    public let peakReserved: Int
  }

  /// What passes by a rank in one update, in bytes; an all-reduce counts twice.
  public struct Traffic: Codable, Sendable, Equatable {
    /// Among replicas.
    public let dataParallelBytes: Int
    /// Among replicas that share the experts.
    public let expertParallelBytes: Int
    /// Among ranks that share sequences.
    public let contextParallelBytes: Int
    /// Among ranks that share a layer.
    public let tensorParallelBytes: Int
    /// Among stages, those that share the embedding included.
    public let pipelineBytes: Int
  }

  /// A part of the total.
  public struct Term: Codable, Sendable, Equatable {
    /// What it is.
    public let name: String
    /// How much.
    public let bytes: Int
    /// How it is known.
    public let basis: Basis
    /// From where.
    public let source: String
  }

  /// How a number is known.
  public enum Basis: String, Codable, Sendable {
    /// By a run that computed.
    case measured
    /// Exactly from such, by a rule.
    case derived
    /// From elsewhere.
    case assumed
  }
}
