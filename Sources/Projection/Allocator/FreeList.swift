/// The free blocks of a pool, in order of size, and of address among equals: what best fit
/// searches.
///
/// A sorted array: a training step leaves some hundred free blocks, and moving those is faster than
/// following the pointers of a tree.
struct FreeList {
  struct Entry: Equatable {
    let size: Int
    let address: Int
    let block: Int
  }

  private(set) var entries: [Entry] = []

  /// The first entry that is not below a size and an address; `entries.count` if there is none.
  func firstIndex(atLeast size: Int, at address: Int = 0) -> Int {
    entries.withUnsafeBufferPointer { entries in
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        let entry = entries[middle]
        if (entry.size, entry.address) < (size, address) { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  mutating func insert(_ block: Int, size: Int, at address: Int) {
    entries.insert(
      Entry(size: size, address: address, block: block),
      at: firstIndex(atLeast: size, at: address))
  }

  @discardableResult mutating func remove(at index: Int) -> Int { entries.remove(at: index).block }

  mutating func remove(size: Int, at address: Int) {
    let index = firstIndex(atLeast: size, at: address)
    precondition(entries[index].address == address, "the block is not free")
    entries.remove(at: index)
  }
}
