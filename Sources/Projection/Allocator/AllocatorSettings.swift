import Catalogue

/// How PyTorch's CUDA caching allocator is set, and what it is given: the keys of
/// `PYTORCH_CUDA_ALLOC_CONF`, by the same names.
public struct AllocatorSettings: Codable, Sendable, Equatable {
  /// Bytes that the device hands out; nil where there is no limit.
  public var capacity: Int?
  /// The part of the capacity that a process may take, as `set_per_process_memory_fraction` sets
  /// it; nil where that was not called.
  public var memoryFraction: Double?
  /// Whether segments grow at their end instead of being allocated whole.
  public var expandableSegments = false
  /// Blocks of this many bytes and more are not split; nil where all are.
  public var maxSplitSize: Int?
  /// Steps between two powers of two to which sizes are rounded; 1 where they are not.
  public var roundupPower2Divisions = 1
  /// The part of the allowed memory above which old blocks are given back; nil for never.
  public var garbageCollectionThreshold: Double?

  /// PyTorch's own settings, on a device without a limit.
  public init() {}

  /// Bytes that the process may take; nil where there is no limit but the device's.
  var allowed: Int? {
    guard let memoryFraction, let capacity else { return nil }
    return Int(memoryFraction * Double(capacity))
  }

  /// Checks the settings, as PyTorch does when it reads them.
  ///
  /// - Throws: `InputError` that names the option of the command.
  public func validate() throws(InputError) {
    try require(
      capacity.map { (1...AllocationStream.largest).contains($0) } ?? true, "--capacity", capacity,
      "a positive number of bytes, at most \(AllocationStream.largest)")
    try require(
      memoryFraction.map { $0 > 0 && $0 <= 1 } ?? true, "--memory-fraction", memoryFraction,
      "a number above 0, and 1 at most")
    try require(
      memoryFraction == nil || capacity != nil, "--memory-fraction", memoryFraction,
      "--gpu or --capacity beside it")
    try require(
      maxSplitSize.map { $0 > Self.largeSegment } ?? true, "--max-split-size", maxSplitSize,
      "more than \(Self.largeSegment) bytes, as PyTorch demands")
    let divisions = roundupPower2Divisions
    try require(
      divisions > 0 && divisions & (divisions - 1) == 0, "--roundup-divisions", divisions,
      "a power of two")
    try require(
      garbageCollectionThreshold.map { $0 > 0 && $0 < 1 } ?? true, "--gc-threshold",
      garbageCollectionThreshold, "a number between 0 and 1")
    try require(
      garbageCollectionThreshold == nil || memoryFraction != nil, "--gc-threshold",
      garbageCollectionThreshold,
      "--memory-fraction beside it, without which PyTorch collects nothing")
  }

  private func require<Value>(
    _ isRight: Bool, _ option: String, _ value: Value?, _ expected: String
  ) throws(InputError) {
    guard !isRight, let value else { return }
    throw InputError(option, found: "\(value)", expected: expected)
  }
}
