/// What an allocation stream comes to under the caching allocator's rules: the
/// `assay.simulation.v1` of the command line.
public struct Simulation: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.simulation.v1"
  /// How the allocator was set.
  public let settings: AllocatorSettings
  /// Entries of the stream that were replayed.
  public let events: Int
  /// What the allocator counted.
  public let statistics: AllocatorStatistics
  /// The moment at which the program held most.
  public let atPeakAllocated: Moment
  /// The moment at which the allocator held most.
  public let atPeakReserved: Moment
  /// The request that could not be served, at which the replay ends; nil where all were.
  public let outOfMemory: Failure?
  /// What the stream itself tells of the allocator that it was recorded with; nil if nothing.
  public let recorded: Recorded?

  /// The state at one moment, in bytes.
  public struct Moment: Codable, Sendable, Equatable {
    /// The entry of the stream after which it was so; -1 before the first.
    public internal(set) var event = -1
    /// What was allocated then.
    public internal(set) var path = ""
    /// Blocks that the program held.
    public internal(set) var allocated = 0
    /// Those, and blocks that another stream still used.
    public internal(set) var active = 0
    /// What the program had asked for of the active blocks.
    public internal(set) var requested = 0
    /// What the device had handed out.
    public internal(set) var reserved = 0
    /// What was asked for by category, largest first; adds up to what was requested.
    public internal(set) var byCategory: [CategoryBytes] = []

    /// What blocks are larger than requests.
    public var rounding: Int { active - requested }
    /// What was reserved, and not in use.
    public var cached: Int { reserved - active }
    /// The part of the reserved bytes that was not in use.
    public var fragmentation: Double { reserved == 0 ? 0 : Double(cached) / Double(reserved) }
  }

  /// What a category held.
  public struct CategoryBytes: Codable, Sendable, Equatable {
    /// Its name.
    public let category: String
    /// Bytes that the program had asked for.
    public let bytes: Int
    /// In how many pieces.
    public let allocations: Int
  }

  /// Where the replay ended early.
  public struct Failure: Codable, Sendable, Equatable {
    /// The entry of the stream.
    public let event: Int
    /// What could not be allocated.
    public let path: String
    /// How much was asked for, and how much there was.
    public let request: OutOfMemory
  }

  /// What a PyTorch snapshot tells of the allocator's segments while it was recorded.
  public struct Recorded: Codable, Sendable, Equatable {
    /// The most that the device had handed out, in bytes.
    public let peakReserved: Int
    /// Blocks that were there already when recording began.
    public let allocatedBefore: Int
  }
}
