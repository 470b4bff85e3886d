extension MemorySnapshot {
  /// A block that was there when recording began.
  struct Earlier {
    let address: Int
    let size: Int
    let stream: Int
  }

  /// The blocks that were there before the first entry: those that are freed and never allocated,
  /// and those that are there at the end and never allocated.
  func allocatedBefore(_ entries: [Entry], _ segments: [PickleDocument.Value]) -> [Earlier] {
    var alive: Set<Int> = []
    var earlier: [Int: Earlier] = [:]
    for entry in entries {
      switch entry.action {
      case "alloc": alive.insert(entry.address)
      case "free_completed":
        if alive.remove(entry.address) == nil {
          earlier[entry.address] = Earlier(
            address: entry.address, size: entry.size, stream: entry.stream)
        }
      default: break
      }
    }
    for block in activeBlocks(segments) where !alive.contains(block.address) {
      earlier[block.address] = block
    }
    return earlier.values.sorted { $0.address < $1.address }
  }

  private func activeBlocks(_ segments: [PickleDocument.Value]) -> [Earlier] {
    segments.flatMap { segment -> [Earlier] in
      let stream = document.integer("stream", of: segment) ?? 0
      var address = document.integer("address", of: segment) ?? 0
      let blocks = document.elements(document.value("blocks", of: segment)) ?? []
      return blocks.compactMap { block in
        let size = document.integer("size", of: block) ?? 0
        defer { address &+= size }
        guard document.text("state", of: block)?.hasPrefix("active") == true else { return nil }
        return Earlier(
          address: document.integer("address", of: block) ?? address,
          size: document.integer("requested_size", of: block) ?? size, stream: stream)
      }
    }
  }

  /// The stream: first what was there before, in order of address, then the entries.
  func stream(before: [Earlier], _ entries: [Entry]) -> AllocationStream {
    var stream = AllocationStream()
    var numbers: [Int: Int] = [:]
    var paths: [Int: String] = [:]
    let unknown = stream.number(of: .init("unknown", "allocated before recording began"))
    for block in before {
      numbers[block.address] = stream.allocate(block.size, stream: block.stream, unknown)
    }
    for entry in entries {
      switch entry.action {
      case "alloc":
        let label = AllocationStream.Label(
          entry.category ?? "unknown", path(entry.frames, &paths))
        numbers[entry.address] = stream.allocate(
          entry.size, stream: entry.stream, stream.number(of: label))
      case "free_requested":
        if let number = numbers[entry.address] { stream.add(.requestFree, number) }
      case "free_completed":
        if let number = numbers.removeValue(forKey: entry.address) { stream.add(.free, number) }
      default: break
      }
    }
    return stream
  }

  /// The innermost place in the program that a list of frames names.
  private func path(_ frames: PickleDocument.Value?, _ known: inout [Int: String]) -> String {
    guard case .list(let number) = frames, let frame = document.lists[number].first else {
      return "unknown"
    }
    if let path = known[number] { return path }
    let file = document.text("filename", of: frame) ?? "?"
    let name = document.text("name", of: frame) ?? "?"
    let line = document.integer("line", of: frame) ?? 0
    let path = "\(name) (\(file.split(separator: "/").last ?? "?"):\(line))"
    known[number] = path
    return path
  }

  /// The most that the device had handed out: from the segments at the end, backwards.
  func peakReserved(_ entries: [Entry], _ segments: [PickleDocument.Value]) -> Int {
    var reserved = segments.reduce(0) { $0 + (document.integer("total_size", of: $1) ?? 0) }
    var peak = reserved
    for entry in entries.reversed() {
      switch entry.action {
      case "segment_alloc", "segment_map": reserved -= entry.size
      case "segment_free", "segment_unmap": reserved += entry.size
      default: continue
      }
      peak = max(peak, reserved)
    }
    return peak
  }
}
