/// Sizes and how they are rounded: `round_size` and `get_allocation_size` of PyTorch's
/// c10/cuda/CUDACachingAllocator.cpp (version 2.6); the constants are the same in version 2.13,
/// where c10/core/AllocatorConfig.h has them.
extension AllocatorSettings {
  /// Every block is a multiple of this, `kMinBlockSize`.
  static let smallestBlock = 512
  /// The largest size that the pool of small blocks serves, `kSmallSize`.
  static let largestSmall = 1 << 20
  /// The segments of the small pool, `kSmallBuffer`.
  static let smallSegment = 2 << 20
  /// The segments for sizes between 1 and 10 MiB, `kLargeBuffer`.
  static let largeSegment = 20 << 20
  /// From here on, a size has a segment of its own, `kMinLargeAlloc`.
  static let smallestOwnSegment = 10 << 20
  /// Such segments are multiples of this, `kRoundLarge`.
  static let segmentMultiple = 2 << 20

  /// The size of the block that a request gets, before it is known which one.
  public func rounded(_ bytes: Int) -> Int {
    let divisions = roundupPower2Divisions
    if divisions > 1, (bytes - 1) / Self.smallestBlock >= divisions {
      return Self.roundedToDivision(bytes, divisions)
    }
    return max(1, bytes).rounded(up: Self.smallestBlock)
  }

  /// The next of `divisions` equal steps between the powers of two around `bytes`.
  private static func roundedToDivision(_ bytes: Int, _ divisions: Int) -> Int {
    let floor = 1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)
    return bytes.rounded(up: floor / divisions)
  }

  /// What is asked of the device when no cached block serves a rounded size.
  static func segment(for size: Int) -> Int {
    if size <= largestSmall { return smallSegment }
    return size < smallestOwnSegment ? largeSegment : size.rounded(up: segmentMultiple)
  }

  /// Physical pages of an expandable segment.
  static func page(isSmall: Bool) -> Int { isSmall ? smallSegment : largeSegment }
}

extension Int {
  /// The least multiple that is not below the number.
  func rounded(up multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}
