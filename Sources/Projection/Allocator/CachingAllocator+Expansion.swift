/// Addresses for all of a device's memory, behind which pages are put as they are needed.
struct ExpandableSegment {
  let base: Int
  let size: Int
  let page: Int

  /// The pages that touch a range.
  func covering(_ address: Int, _ bytes: Int) -> Range<Int> {
    let first = (address - base) / page
    let end = (address + bytes - base).rounded(up: page) / page
    return base + first * page..<base + end * page
  }

  /// The pages that lie within a range; empty if none does.
  func within(_ address: Int, _ bytes: Int) -> Range<Int> {
    let first = (address - base).rounded(up: page)
    let end = (address + bytes - base) / page * page
    return base + first..<base + max(first, end)
  }
}

/// Expandable segments: `find_expandable_block`, `try_allocate_expandable_block`, `map_block`,
/// `unmap_block`.
extension CachingAllocator {
  /// A block of at least that size, off its list, for which pages are mapped as needed; nil where
  /// the device has too few.
  mutating func expand(_ size: Int, _ pool: Int) -> Int? {
    var candidate = placeToExpand(size, pool)
    if blocks[candidate].state == .unmapped {
      guard map(candidate, min(blocks[candidate].size, size)) else { return nil }
    }
    while blocks[candidate].size < size {
      guard let next = blocks[candidate].next else { return nil }
      let missing = size - blocks[candidate].size
      guard map(next, min(missing, blocks[next].size)) else { return nil }
      candidate = next
    }
    removeFromLists(candidate)
    return candidate
  }

  /// The lowest place where free and unmapped blocks in a row have room for a size; in a new
  /// segment if there is none.
  private mutating func placeToExpand(_ size: Int, _ pool: Int) -> Int {
    for unmapped in pools[pool].unmapped {
      var first = unmapped
      if let previous = blocks[unmapped].previous, isAvailable(previous) { first = previous }
      if hasRoom(from: first, size) { return first }
    }
    let page = AllocatorSettings.page(isSmall: pools[pool].isSmall)
    // PyTorch takes an eighth more than the device has, so that pages can move to the end.
    let memory = settings.capacity ?? 1 << 44
    let bytes = (memory + memory / 8).rounded(up: page)
    let segment = ExpandableSegment(base: newAddresses(bytes), size: bytes, page: page)
    expandable[segment.base] = segment
    let block = add(
      Block(
        address: segment.base, size: bytes, state: .unmapped, pool: pool, segment: segment.base))
    insertUnmapped(block)
    return block
  }

  private func isAvailable(_ block: Int) -> Bool {
    blocks[block].state == .free || blocks[block].state == .unmapped
  }

  private func hasRoom(from first: Int, _ size: Int) -> Bool {
    var (bytes, block) = (0, Optional(first))
    while bytes < size, let place = block, isAvailable(place) {
      bytes += blocks[place].size
      block = blocks[place].next
    }
    return bytes >= size
  }

  /// Puts pages behind the front of an unmapped block, which becomes free and one with the free
  /// blocks beside it.
  private mutating func map(_ block: Int, _ size: Int) -> Bool {
    guard let segment = blocks[block].segment.flatMap({ expandable[$0] }) else { return false }
    let bytes = segment.covering(blocks[block].address, size).count
    guard bytes > 0, deviceHas(bytes) else { return false }
    removeFromLists(block)
    if bytes < blocks[block].size { insertUnmapped(split(block, at: bytes)) }
    _ = merge(block, with: blocks[block].previous, .free)
    _ = merge(block, with: blocks[block].next, .free)
    insertFree(block)
    statistics.reserved.add(bytes)
    statistics.deviceAllocations += 1
    return true
  }

  /// Takes the whole pages from behind a free block; what lies beside them stays free.
  mutating func unmap(_ block: Int) {
    guard let base = blocks[block].segment, let segment = expandable[base] else { return }
    let pages = segment.within(blocks[block].address, blocks[block].size)
    guard !pages.isEmpty else { return }
    removeFromLists(block)
    var emptied = block
    if pages.lowerBound > blocks[block].address {
      emptied = split(block, at: pages.lowerBound - blocks[block].address)
      insertFree(block)
    }
    if pages.count < blocks[emptied].size { insertFree(split(emptied, at: pages.count)) }
    blocks[emptied].state = .unmapped
    _ = merge(emptied, with: blocks[emptied].previous, .unmapped)
    _ = merge(emptied, with: blocks[emptied].next, .unmapped)
    statistics.reserved.add(-pages.count)
    statistics.deviceFrees += 1
    if blocks[emptied].isSplit {
      insertUnmapped(emptied)
    } else {
      expandable[base] = nil
      forget(emptied)
    }
  }

  private mutating func insertUnmapped(_ block: Int) {
    blocks[block].state = .unmapped
    let pool = blocks[block].pool
    let index =
      pools[pool].unmapped.firstIndex { blocks[$0].address > blocks[block].address }
      ?? pools[pool].unmapped.count
    pools[pool].unmapped.insert(block, at: index)
  }

  /// Best fit among expandable segments goes by the size that a block can grow to: from the first
  /// that serves, on to the next as long as that can grow to less.
  func leastExpandable(from index: Int, _ pool: Int) -> Int {
    let entries = pools[pool].free.entries
    func reach(_ index: Int) -> Int {
      let block = blocks[entries[index].block]
      guard let next = block.next, blocks[next].state == .unmapped else { return block.size }
      return block.size + blocks[next].size
    }
    var index = index
    while index + 1 < entries.count, reach(index + 1) < reach(index) { index += 1 }
    return index
  }
}
