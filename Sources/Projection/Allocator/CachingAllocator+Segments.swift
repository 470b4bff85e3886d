/// What the allocator asks of the device, and gives back: `alloc_block`,
/// `garbage_collect_cached_blocks`, `release_available_cached_blocks`, `release_cached_blocks`.
extension CachingAllocator {
  /// A block from the device; where it has none, once more after oversize blocks have been given
  /// back, and once more after all that is cached has.
  mutating func takeNew(_ size: Int, _ pool: Int) -> Int? {
    collectGarbage()
    if let block = reserve(size, pool) { return block }
    if releaseOversize(for: size, pool), let block = reserve(size, pool) { return block }
    emptyCache()
    statistics.retries += 1
    return reserve(size, pool)
  }

  /// Gives all segments back that are free as a whole, and the free pages of expandable ones.
  public mutating func emptyCache() {
    for pool in pools.indices {
      for entry in pools[pool].free.entries {
        if blocks[entry.block].segment != nil {
          unmap(entry.block)
        } else if !blocks[entry.block].isSplit {
          release(entry.block)
        }
      }
    }
  }

  private mutating func reserve(_ size: Int, _ pool: Int) -> Int? {
    let segment = AllocatorSettings.segment(for: size)
    if let allowed = settings.allowed, statistics.reserved.current + segment > allowed {
      return nil
    }
    if settings.expandableSegments { return expand(size, pool) }
    guard deviceHas(segment) else { return nil }
    statistics.segments.add(1)
    statistics.reserved.add(segment)
    statistics.deviceAllocations += 1
    return add(
      Block(
        address: newAddresses(segment), size: segment, state: .free, pool: pool, segment: nil))
  }

  func deviceHas(_ bytes: Int) -> Bool {
    settings.capacity.map { statistics.reserved.current + bytes <= $0 } ?? true
  }

  private mutating func release(_ block: Int) {
    removeFromLists(block)
    statistics.segments.add(-1)
    statistics.reserved.add(-blocks[block].size)
    statistics.deviceFrees += 1
    forget(block)
  }

  /// Above the threshold, gives back unsplit large blocks that have been free for longer than the
  /// others, until enough is.
  private mutating func collectGarbage() {
    guard let threshold = settings.garbageCollectionThreshold, let allowed = settings.allowed
    else { return }
    let excess = statistics.reserved.current - Int(threshold * Double(allowed))
    guard excess > 0 else { return }
    var candidates = pools.filter { !$0.isSmall }.flatMap { $0.free.entries.map(\.block) }
      .filter { !blocks[$0].isSplit }
    var released = 0
    while released < excess, !candidates.isEmpty {
      let ages = candidates.map { searches.large - blocks[$0].age }
      let mean = Double(ages.reduce(0, +)) / Double(ages.count)
      var kept: [Int] = []
      for (block, age) in zip(candidates, ages) {
        guard Double(age) >= mean else {
          kept.append(block)
          continue
        }
        released += blocks[block].size
        release(block)
      }
      candidates = kept
    }
  }

  /// Where large blocks are not split, gives back one that would serve the size, or several that
  /// add up to it, the largest first.
  private mutating func releaseOversize(for size: Int, _ pool: Int) -> Bool {
    guard let limit = settings.maxSplitSize else { return false }
    let needed = max(size, limit)
    let index = pools[pool].free.firstIndex(atLeast: needed)
    if index < pools[pool].free.entries.count {
      release(pools[pool].free.entries[index].block)
      return true
    }
    var released = 0
    while released < needed, let last = pools[pool].free.entries.last, last.size >= limit {
      released += last.size
      release(last.block)
    }
    return released >= needed
  }
}
