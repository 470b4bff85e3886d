#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The memory of a real run: one stretch of address space, from which tensors are cut and to which
/// they return.
///
/// Fresh pages are zeroed by the kernel, which in a training step costs as much as the attention;
/// so the arena never gives pages back before it ends.
///
/// It keeps what it holds close to what the ledger counts by filling one stretch, as long as the
/// ledger's peak is to be, from both ends: tensors that last from one phase to the next from above,
/// those that come and go from below, where they are piled up by the forward pass and taken off by
/// the backward pass. What gaps make impossible goes beyond the stretch.
final class Arena {
  /// The most bytes that were in use or in gaps between tensors; at most this much is resident.
  private(set) var heldBytes = 0

  private let base: UnsafeMutableRawPointer
  private let stretch: Int
  private let capacity: Int
  private var free: [Range<Int>]
  private var reachedFromAbove: Int
  private var reachedFromBelow = 0

  /// One cache line, which is also the widest vector.
  static let alignment = 64

  /// Addresses for gaps and for small errors of the forecast; they cost nothing, except where the
  /// system limits them (`ulimit -v`, strict overcommit): there the arena makes do with fewer.
  private static func capacities(for stretch: Int) -> [Int] {
    [4 * stretch + (1 << 28), stretch + stretch / 16]
  }

  /// An arena for a run whose tensors take `expected` bytes at its peak. Pages are taken only as
  /// tensors reach them, and there are addresses for several times as much.
  init(expected: Int) {
    // A part in a hundred for the gaps that tensors of different sizes leave between them.
    stretch = Self.rounded(expected + expected / 100 + (1 << 16))
    reachedFromAbove = stretch
    (base, capacity) = Self.map(stretch)
    #if os(Linux)
      madvise(base, capacity, MADV_HUGEPAGE)
    #endif
    free = [0..<capacity]
  }

  private static func map(_ stretch: Int) -> (base: UnsafeMutableRawPointer, capacity: Int) {
    let flags = MAP_PRIVATE | MAP_ANON | noReserve
    for capacity in capacities(for: stretch) {
      let base = mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0)
      if let base, base != MAP_FAILED { return (base, capacity) }
    }
    fatalError("the system refused \(stretch) bytes of address space")
  }

  deinit { munmap(base, capacity) }

  #if os(Linux)
    private static let noReserve = MAP_NORESERVE
  #else
    private static let noReserve: Int32 = 0
  #endif

  private static func rounded(_ bytes: Int) -> Int {
    max(1, (bytes + alignment - 1) / alignment) * alignment
  }

  /// Memory for a tensor.
  ///
  /// - Parameter lasting: whether the tensor lives from one phase to another.
  func allocate(_ bytes: Int, lasting: Bool) -> UnsafeMutableRawPointer {
    let size = Self.rounded(bytes)
    let place = lasting ? highest(size) ?? lowest(size) : lowest(size)
    guard let (index, offset) = place else {
      fatalError("a tensor of \(bytes) bytes does not fit the arena of \(capacity)")
    }
    take(offset..<offset + size, from: index)
    if lasting, offset < stretch {
      reachedFromAbove = min(reachedFromAbove, offset)
    } else {
      reachedFromBelow = max(reachedFromBelow, offset + size)
    }
    // What was reached from below may have met what was reached from above before.
    heldBytes =
      reachedFromBelow < reachedFromAbove
      ? stretch - reachedFromAbove + reachedFromBelow : max(stretch, reachedFromBelow)
    return base + offset
  }

  private func lowest(_ size: Int) -> (index: Int, offset: Int)? {
    free.firstIndex { $0.count >= size }.map { ($0, free[$0].lowerBound) }
  }

  /// The highest place within the stretch.
  private func highest(_ size: Int) -> (index: Int, offset: Int)? {
    let index = free.lastIndex { min($0.upperBound, stretch) - $0.lowerBound >= size }
    return index.map { ($0, min(free[$0].upperBound, stretch) - size) }
  }

  private func take(_ range: Range<Int>, from index: Int) {
    let hole = free[index]
    let rest = [hole.lowerBound..<range.lowerBound, range.upperBound..<hole.upperBound]
    free.replaceSubrange(index...index, with: rest.filter { !$0.isEmpty })
  }

  func release(_ pointer: UnsafeMutableRawPointer, _ bytes: Int) {
    let offset = pointer - base
    var range = offset..<offset + Self.rounded(bytes)
    let next = free.partitionIndex { $0.lowerBound > offset }
    var replaced = next..<next
    if next < free.count, free[next].lowerBound == range.upperBound {
      range = range.lowerBound..<free[next].upperBound
      replaced = next..<next + 1
    }
    if next > 0, free[next - 1].upperBound == range.lowerBound {
      range = free[next - 1].lowerBound..<range.upperBound
      replaced = next - 1..<replaced.upperBound
    }
    free.replaceSubrange(replaced, with: CollectionOfOne(range))
  }
}

extension Array {
  /// The first index whose element satisfies the predicate, in an array where all elements that do
  /// come after all that don't.
  fileprivate func partitionIndex(where belongsAfter: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
