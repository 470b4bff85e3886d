/// What the allocator counts, in bytes where nothing else is said; PyTorch's `memory_stats`.
public struct AllocatorStatistics: Codable, Sendable, Equatable {
  /// An amount and the most that it has been.
  public struct Counter: Codable, Sendable, Equatable {
    /// The amount now.
    public private(set) var current = 0
    /// The most so far.
    public private(set) var peak = 0

    mutating func add(_ amount: Int) {
      current += amount
      if current > peak { peak = current }
    }
  }

  /// Blocks that the program holds, `allocated_bytes`.
  public internal(set) var allocated = Counter()
  /// Those, and blocks that another stream still uses, `active_bytes`.
  public internal(set) var active = Counter()
  /// What the program asked for of them, before rounding, `requested_bytes`.
  public internal(set) var requested = Counter()
  /// What the device has handed out, `reserved_bytes`.
  public internal(set) var reserved = Counter()
  /// Free blocks of segments that are partly in use, `inactive_split_bytes`; expandable segments
  /// are not counted, as in PyTorch.
  public internal(set) var inactiveSplit = Counter()
  /// Number of segments, `segment`; expandable ones are not counted, as in PyTorch.
  public internal(set) var segments = Counter()
  /// How often all cached memory was given back and the device asked again, `num_alloc_retries`.
  public internal(set) var retries = 0
  /// Requests that could not be served, `num_ooms`.
  public internal(set) var failures = 0
  /// Calls of cudaMalloc and mappings, `num_device_alloc`.
  public internal(set) var deviceAllocations = 0
  /// Calls of cudaFree and unmappings, `num_device_free`.
  public internal(set) var deviceFrees = 0

  init() {}
}

/// A request that neither the cache nor the device can serve.
public struct OutOfMemory: Error, Codable, Sendable, Equatable {
  /// Bytes that the program asked for.
  public let requested: Int
  /// Bytes that the device was asked for.
  public let segment: Int
  /// Bytes that the program held.
  public let allocated: Int
  /// Bytes that the allocator held.
  public let reserved: Int
  /// Bytes that it may hold.
  public let capacity: Int
}
