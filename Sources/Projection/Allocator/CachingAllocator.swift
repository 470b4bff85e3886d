/// The rules of PyTorch's CUDA caching allocator, without the memory: what would be reserved, and
/// where every block would lie.
///
/// Requests are rounded, served from cached blocks of the same stream by best fit, and cut from
/// segments that go back to the device only when it has no more to give. Source: PyTorch,
/// c10/cuda/CUDACachingAllocator.cpp, version 2.6 (`DeviceCachingAllocator`). Private pools of CUDA
/// graphs are not modelled. Addresses of new segments ascend; the device's may not, which decides
/// between free blocks of equal size.
public struct CachingAllocator {
  /// How it is set.
  public let settings: AllocatorSettings
  /// What it has counted.
  public internal(set) var statistics = AllocatorStatistics()

  var blocks: [Block] = []
  var pools: [BlockPool] = []
  var expandable: [Int: ExpandableSegment] = [:]
  /// Searches for a free block so far, of the large pools and of the small ones.
  var searches = (large: 0, small: 0)
  private var vacant: [Int] = []
  private var poolsOfStream: [Int: Int] = [:]
  private var reachedAddress = AllocatorSettings.segmentMultiple

  /// A block that the program holds.
  public struct Handle: Sendable, Hashable {
    let block: Int
  }

  /// An allocator that holds nothing yet.
  public init(_ settings: AllocatorSettings = AllocatorSettings()) { self.settings = settings }

  /// A block for a request.
  ///
  /// - Parameters:
  ///   - bytes: how many the program asks for; more than 0.
  ///   - stream: number of the stream that it is for.
  /// - Throws: `OutOfMemory` where neither the cache nor the device has room.
  public mutating func allocate(_ bytes: Int, stream: Int = 0) throws(OutOfMemory) -> Handle {
    let size = settings.rounded(bytes)
    let pool = pool(of: stream, isSmall: size <= AllocatorSettings.largestSmall)
    guard let block = takeFree(size, pool) ?? takeNew(size, pool) else {
      statistics.failures += 1
      throw OutOfMemory(
        requested: bytes, segment: AllocatorSettings.segment(for: size),
        allocated: statistics.allocated.current, reserved: statistics.reserved.current,
        capacity: settings.allowed ?? settings.capacity ?? 0)
    }
    hand(out: block, size, requested: bytes)
    return Handle(block: block)
  }

  /// The block's size; requests get more than they ask for.
  public func size(of handle: Handle) -> Int { blocks[handle.block].size }

  /// The block's place.
  public func address(of handle: Handle) -> Int { blocks[handle.block].address }

  /// The program gives a block back that another stream still uses; `free` follows when it does not
  /// any more.
  public mutating func requestFree(_ handle: Handle) {
    let block = handle.block
    guard blocks[block].state == .allocated else { return }
    blocks[block].state = .pending
    statistics.allocated.add(-blocks[block].size)
  }

  /// A block becomes free, and one with the free blocks beside it.
  public mutating func free(_ handle: Handle) {
    requestFree(handle)
    let block = handle.block
    statistics.active.add(-blocks[block].size)
    statistics.requested.add(-blocks[block].requested)
    let merged =
      merge(block, with: blocks[block].previous, .free)
      + merge(block, with: blocks[block].next, .free)
    if blocks[block].segment == nil {
      statistics.inactiveSplit.add((blocks[block].isSplit ? blocks[block].size : 0) - merged)
    }
    insertFree(block)
  }

  private mutating func pool(of stream: Int, isSmall: Bool) -> Int {
    if let first = poolsOfStream[stream] { return isSmall ? first : first + 1 }
    poolsOfStream[stream] = pools.count
    pools += [BlockPool(isSmall: true), BlockPool(isSmall: false)]
    return isSmall ? pools.count - 2 : pools.count - 1
  }

  /// Addresses that nothing has yet.
  mutating func newAddresses(_ bytes: Int) -> Int {
    defer { reachedAddress += bytes.rounded(up: AllocatorSettings.segmentMultiple) }
    return reachedAddress
  }

  mutating func add(_ block: Block) -> Int {
    if let index = vacant.popLast() {
      blocks[index] = block
      return index
    }
    blocks.append(block)
    return blocks.count - 1
  }

  mutating func forget(_ block: Int) { vacant.append(block) }
}
