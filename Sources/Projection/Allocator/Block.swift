/// A stretch of a segment.
struct Block {
  enum State {
    /// In a pool's list of free blocks.
    case free
    /// Held by the program.
    case allocated
    /// Given back by the program, but another stream still uses it.
    case pending
    /// Addresses of an expandable segment that no memory is behind.
    case unmapped
  }

  var address: Int
  var size: Int
  /// What the program asked for.
  var requested = 0
  var state: State
  /// The neighbours within the segment; nil at its ends.
  var previous: Int?
  var next: Int?
  /// The pool that it belongs to.
  let pool: Int
  /// The expandable segment that it is part of; nil for others.
  let segment: Int?
  /// Searches of the pool that there had been when it became free: its age is counted from there.
  var age = 0

  /// Whether it is less than its segment.
  var isSplit: Bool { previous != nil || next != nil }
}

/// The blocks of one stream of at most, or of more than, 1 MiB.
struct BlockPool {
  let isSmall: Bool
  var free = FreeList()
  /// Unmapped blocks in order of address.
  var unmapped: [Int] = []
}
