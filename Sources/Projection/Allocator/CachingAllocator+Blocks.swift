/// How blocks are found, split and merged: `get_free_block`, `should_split`, `alloc_found_block`,
/// `try_merge_blocks`.
extension CachingAllocator {
  /// The smallest free block that serves a size, taken off its list; nil if there is none.
  mutating func takeFree(_ size: Int, _ pool: Int) -> Int? {
    if settings.garbageCollectionThreshold != nil {
      if pools[pool].isSmall { searches.small += 1 } else { searches.large += 1 }
    }
    var index = pools[pool].free.firstIndex(atLeast: size)
    guard index < pools[pool].free.entries.count else { return nil }
    if settings.expandableSegments { index = leastExpandable(from: index, pool) }
    let found = pools[pool].free.entries[index].size
    if let limit = settings.maxSplitSize {
      // What may not be split serves only requests of nearly its own size.
      if size < limit, found >= limit { return nil }
      if size >= limit, found >= size + AllocatorSettings.largeSegment { return nil }
    }
    return pools[pool].free.remove(at: index)
  }

  /// Gives a block to the program: its front, where the rest is worth keeping.
  mutating func hand(out block: Int, _ size: Int, requested: Int) {
    let wasSplit = blocks[block].isSplit
    let isExpandable = blocks[block].segment != nil
    let rest = blocks[block].size - size
    if splits(block, leaving: rest, size) {
      let remaining = split(block, at: size)
      insertFree(remaining)
      if !isExpandable { statistics.inactiveSplit.add(wasSplit ? -size : rest) }
    } else if wasSplit, !isExpandable {
      statistics.inactiveSplit.add(-blocks[block].size)
    }
    blocks[block].state = .allocated
    blocks[block].requested = requested
    statistics.allocated.add(blocks[block].size)
    statistics.active.add(blocks[block].size)
    statistics.requested.add(requested)
  }

  private func splits(_ block: Int, leaving rest: Int, _ size: Int) -> Bool {
    if pools[blocks[block].pool].isSmall || settings.expandableSegments {
      return rest >= AllocatorSettings.smallestBlock
    }
    return size < settings.maxSplitSize ?? .max && rest > AllocatorSettings.largestSmall
  }

  /// Cuts a block in two.
  ///
  /// - Returns: the second part, which is in the state of the first and on no list.
  mutating func split(_ block: Int, at size: Int) -> Int {
    let whole = blocks[block]
    let rest = add(
      Block(
        address: whole.address + size, size: whole.size - size, state: whole.state,
        previous: block, next: whole.next, pool: whole.pool, segment: whole.segment))
    if let next = whole.next { blocks[next].previous = rest }
    blocks[block].next = rest
    blocks[block].size = size
    return rest
  }

  /// Adds the neighbour to a block, if it is in that state.
  ///
  /// - Returns: bytes added.
  mutating func merge(_ block: Int, with neighbour: Int?, _ state: Block.State) -> Int {
    guard let neighbour, blocks[neighbour].state == state else { return 0 }
    removeFromLists(neighbour)
    let other = blocks[neighbour]
    if other.next == block {
      blocks[block].address = other.address
      blocks[block].previous = other.previous
      if let previous = other.previous { blocks[previous].next = block }
    } else {
      blocks[block].next = other.next
      if let next = other.next { blocks[next].previous = block }
    }
    blocks[block].size += other.size
    forget(neighbour)
    return other.size
  }

  /// Puts a block on its pool's list.
  mutating func insertFree(_ block: Int) {
    let pool = blocks[block].pool
    blocks[block].state = .free
    blocks[block].age = pools[pool].isSmall ? searches.small : searches.large
    pools[pool].free.insert(block, size: blocks[block].size, at: blocks[block].address)
  }

  /// Takes a free or an unmapped block off its pool's list.
  mutating func removeFromLists(_ block: Int) {
    let (pool, entry) = (blocks[block].pool, blocks[block])
    switch entry.state {
    case .free: pools[pool].free.remove(size: entry.size, at: entry.address)
    case .unmapped: pools[pool].unmapped.removeAll { $0 == block }
    case .allocated, .pending: break
    }
  }
}
