import Catalogue

/// The layouts of a cluster for a model, the fastest first: the `assay.plan.v1` of the command line.
public struct Plan: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.plan.v1"
  /// The model's name.
  public let model: String
  /// What each rank has.
  public let device: Device
  /// How many there are.
  public let gpus: Int
  /// Sequences of an update.
  public let globalBatch: Int
  /// Tokens of a sequence.
  public let sequence: Int
  /// How many layouts the model, the cluster and the batch allow.
  public let legal: Int
  /// How many of them fit the device.
  public let fitting: Int
  /// The fastest that fit, by the programs of their ranks.
  public let layouts: [Entry]
  /// The fastest of those that do not fit; absent where all do.
  public let firstFailed: Failure?
  /// Why the first is the first; where nothing fits, what to change.
  public let because: String
  /// How the closed forms, by which all were compared, were verified.
  public let verification: Verification

  /// A layout and what it gives.
  public struct Entry: Codable, Sendable, Equatable {
    /// How ranks divide the model and the batch.
    public let layout: Layout
    /// What is computed again.
    public let recompute: Recompute
    /// Seconds of an update.
    public let iterationSeconds: Double
    /// Tokens each device gets through in a second.
    public let tokensPerSecondPerDevice: Double
    /// Model FLOPs over what the devices could have done.
    public let mfu: Double
    /// Time in which the slowest stage waits, over that in which it works.
    public let bubbleFraction: Double
    /// What the fullest stage reserves, in bytes.
    public let peakReserved: Int
    /// Bytes of the device beyond that.
    public let headroom: Int
  }

  /// A layout that does not fit.
  public struct Failure: Codable, Sendable, Equatable {
    /// How ranks would divide the model and the batch.
    public let layout: Layout
    /// What would be computed again.
    public let recompute: Recompute
    /// Seconds of an update, if it fitted.
    public let iterationSeconds: Double
    /// What the fullest stage would hold, in bytes.
    public let peakBytes: Int
    /// Bytes that the device does not have.
    public let missing: Int
  }

  /// The comparison of closed forms with the programs of ranks.
  public struct Verification: Codable, Sendable, Equatable {
    /// Layouts whose ranks were run.
    public internal(set) var layouts = 0
    /// Stages of them whose kernels and messages are the same, one by one, in both.
    public internal(set) var equalStages = 0
    /// Stages that were compared.
    public internal(set) var stages = 0
    /// By which part the peak of the program's tensors differs at most from the closed form's.
    public internal(set) var largestMemoryDeviation = 0.0
  }
}
