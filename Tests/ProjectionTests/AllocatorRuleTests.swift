import Catalogue
import Projection
import Testing

@Suite struct AllocatorRuleTests {
  /// A request to an allocator that holds nothing.
  private func first(
    _ bytes: Int, _ change: (inout AllocatorSettings) -> Void = { _ in }
  ) throws -> (block: Int, statistics: AllocatorStatistics) {
    var settings = AllocatorSettings()
    change(&settings)
    var allocator = CachingAllocator(settings)
    let handle = try allocator.allocate(bytes)
    return (allocator.size(of: handle), allocator.statistics)
  }

  @Test(
    arguments: [
      // bytes, rounded, segment, block
      (1, 512, 2_097_152, 512),
      (513, 1024, 2_097_152, 1024),
      (1200, 1536, 2_097_152, 1536),
      // the largest of the small pool, and the smallest of the large one
      (1_048_576, 1_048_576, 2_097_152, 1_048_576),
      (1_048_577, 1_049_088, 20_971_520, 1_049_088),
      (10_485_248, 10_485_248, 20_971_520, 10_485_248),
      // rounded, it reaches 10 MiB, and has a segment of its own
      (10_485_759, 10_485_760, 10_485_760, 10_485_760),
      (10_485_761, 10_486_272, 12_582_912, 10_486_272),
      // 20 MiB would leave exactly 1 MiB, which is not more than 1 MiB: not split
      (19_922_944, 19_922_944, 20_971_520, 20_971_520),
      // 26 MiB leave half a MiB: not split either
      (26_738_688, 26_738_688, 27_262_976, 27_262_976),
      (88_080_384, 88_080_384, 88_080_384, 88_080_384),
    ])
  func `a request is rounded, and cut from a segment of its size`(
    bytes: Int, rounded: Int, segment: Int, block: Int
  ) throws {
    let outcome = try first(bytes)
    #expect(AllocatorSettings().rounded(bytes) == rounded)
    #expect(outcome.block == block)
    #expect(outcome.statistics.reserved.current == segment)
    #expect(outcome.statistics.allocated.current == block)
    #expect(outcome.statistics.requested.current == bytes)
    let rest = segment - block
    #expect(outcome.statistics.inactiveSplit.current == rest)
  }

  @Test(
    arguments: [
      (1200, 1536),  // below 512·4: still to multiples of 512
      (2048, 2048), (2049, 2560), (4096, 4096),
      (1_048_577, 1_310_720),  // 2²⁰ + 2¹⁸
      (88_080_384, 100_663_296),  // 2²⁶ + 2·2²⁴ = 96 MiB
    ])
  func `with four divisions, sizes above 2048 are rounded to quarters between powers of two`(
    bytes: Int, rounded: Int
  ) {
    var settings = AllocatorSettings()
    settings.roundupPower2Divisions = 4
    #expect(settings.rounded(bytes) == rounded)
  }

  @Test func `the smallest block that serves is taken, the lowest of equals, of the same stream`()
    throws
  {
    var allocator = CachingAllocator()
    // 512-byte gaps at 0 and 1024, a 1024-byte gap at 2048, each between blocks that stay.
    let sizes = [512, 512, 512, 512, 1024, 512]
    let handles = try sizes.map { try allocator.allocate($0) }
    let base = allocator.address(of: handles[0])
    for index in [4, 2, 0] { allocator.free(handles[index]) }
    func place(_ bytes: Int, stream: Int = 0) throws -> Int {
      let handle = try allocator.allocate(bytes, stream: stream)
      return allocator.address(of: handle) - base
    }
    #expect(try place(513) == 2048)
    #expect(try place(1) == 0)
    #expect(try place(1) == 1024)
    // Another stream has a segment of its own.
    let reserved = allocator.statistics.reserved.current
    #expect(try place(1, stream: 1) >= 2_097_152)
    #expect(allocator.statistics.reserved.current == reserved + 2_097_152)
  }

  @Test func `freed neighbours become one block again`() throws {
    var allocator = CachingAllocator()
    let handles = try (0..<4).map { _ in try allocator.allocate(524_288) }
    #expect(allocator.statistics.inactiveSplit.current == 0)
    for handle in [handles[1], handles[3], handles[2]] { allocator.free(handle) }
    #expect(allocator.statistics.inactiveSplit.current == 1_572_864)
    allocator.free(handles[0])
    // The segment is whole: nothing is split any more, and it can go back.
    #expect(allocator.statistics.inactiveSplit.current == 0)
    #expect(allocator.statistics.reserved.current == 2_097_152)
    allocator.emptyCache()
    #expect(allocator.statistics.reserved.current == 0)
    #expect(allocator.statistics.segments.current == 0)
  }

  @Test func `a full device gives what is cached for another size, after one retry`() throws {
    var settings = AllocatorSettings()
    settings.capacity = 64 << 20
    var allocator = CachingAllocator(settings)
    let half = try allocator.allocate(32 << 20)
    allocator.free(half)
    let most = try allocator.allocate(48 << 20)
    #expect(allocator.size(of: most) == 48 << 20)
    #expect(allocator.statistics.retries == 1)
    #expect(allocator.statistics.deviceFrees == 1)
    let error = #expect(throws: OutOfMemory.self) { try allocator.allocate(20 << 20) }
    #expect(error?.requested == 20 << 20 && error?.segment == 20 << 20)
    #expect(error?.allocated == 48 << 20 && error?.reserved == 48 << 20)
    #expect(error?.capacity == 64 << 20)
    #expect(allocator.statistics.failures == 1)
    // What fits still is served.
    #expect(throws: Never.self) { try allocator.allocate(16 << 20) }
  }

  @Test func `an expandable segment grows at its end, by pages of 20 MiB`() throws {
    var settings = AllocatorSettings()
    settings.expandableSegments = true
    var allocator = CachingAllocator(settings)
    let first = try allocator.allocate(15 << 20)
    #expect(allocator.statistics.reserved.current == 20 << 20)
    // 5 of 20 MiB are left, 25 more are needed: two pages.
    let second = try allocator.allocate(30 << 20)
    #expect(allocator.address(of: second) == allocator.address(of: first) + 15 << 20)
    #expect(allocator.statistics.reserved.current == 60 << 20)
    #expect(allocator.statistics.segments.current == 0)
    allocator.free(first)
    allocator.emptyCache()
    // No whole page is free below 15 MiB; of 45 to 60 MiB neither.
    #expect(allocator.statistics.reserved.current == 60 << 20)
    allocator.free(second)
    allocator.emptyCache()
    #expect(allocator.statistics.reserved.current == 0)
  }

  @Test func `a block that another stream uses stays active until that is done`() throws {
    var allocator = CachingAllocator()
    let handle = try allocator.allocate(1000)
    allocator.requestFree(handle)
    #expect(allocator.statistics.allocated.current == 0)
    #expect(allocator.statistics.active.current == 1024)
    #expect(allocator.statistics.requested.current == 1000)
    allocator.free(handle)
    #expect(allocator.statistics.active.current == 0)
    #expect(allocator.statistics.requested.current == 0)
  }

  @Test func `divisions of any number leave sizes that they do not reach to multiples of 512`() {
    var settings = AllocatorSettings()
    settings.roundupPower2Divisions = 1 << 62
    #expect(settings.rounded(0) == 512 && settings.rounded(1000) == 1024)
    // 8 steps between 8192 and 16384 are 1024 apart.
    settings.roundupPower2Divisions = 8
    #expect(settings.rounded(4096) == 4096 && settings.rounded(8193) == 9216)
  }

  @Test(
    arguments: [
      (
        "--max-split-size: found 20971520; expected more than 20971520 bytes, as PyTorch demands",
        0
      ),
      ("--roundup-divisions: found 3; expected a power of two", 1),
      ("--gc-threshold: found 1.0; expected a number between 0 and 1", 2),
      ("--memory-fraction: found 0.5; expected --gpu or --capacity beside it", 3),
      (
        "--gc-threshold: found 0.5; expected --memory-fraction beside it, without which PyTorch "
          + "collects nothing", 4
      ),
      ("--capacity: found 0; expected a positive number of bytes, at most 70368744177664", 5),
      (
        "--capacity: found 9223372036854775807; expected a positive number of bytes, at most "
          + "70368744177664", 6
      ),
    ])
  func `settings that PyTorch refuses are refused`(says: String, index: Int) {
    var settings = AllocatorSettings()
    switch index {
    case 0: settings.maxSplitSize = 20 << 20
    case 1: settings.roundupPower2Divisions = 3
    case 2: settings.garbageCollectionThreshold = 1
    case 3: settings.memoryFraction = 0.5
    case 4: settings.garbageCollectionThreshold = 0.5
    case 5: settings.capacity = 0
    default: settings.capacity = .max
    }
    let error = #expect(throws: InputError.self) { try settings.validate() }
    #expect(error?.description == says)
  }

  @Test func `more steps between powers of two than a size has blocks round to blocks`() throws {
    var settings = AllocatorSettings()
    settings.roundupPower2Divisions = 1 << 62
    try settings.validate()
    // 1000 bytes are 1.95 blocks of 512.
    #expect(settings.rounded(1000) == 1024)
  }
}
