import Catalogue

/// A memory snapshot of PyTorch (`torch.cuda.memory._dump_snapshot`): for each device the trace of
/// its allocator, and the segments there were when the snapshot was taken.
struct MemorySnapshot {
  let path: String
  let document: PickleDocument
  private let segments: [PickleDocument.Value]
  private let traces: [[PickleDocument.Value]]

  init(_ bytes: [UInt8], _ path: String) throws(InputError) {
    self.path = path
    do {
      document = try PickleReader.read(bytes)
    } catch {
      throw InputError(
        path, found: "\(error.found) at byte \(error.offset)",
        expected: "a pickle of plain values, as torch.cuda.memory._dump_snapshot writes it")
    }
    guard let lists = document.elements(document.value("device_traces", of: document.root)) else {
      throw InputError(
        path, field: "device_traces", found: "nothing", expected: "the traces of a memory snapshot")
    }
    traces = lists.map { [document] in document.elements($0) ?? [] }
    segments = document.elements(document.value("segments", of: document.root)) ?? []
    try checkSegments()
  }

  private func checkSegments() throws(InputError) {
    for (index, segment) in segments.enumerated() {
      let blocks = document.elements(document.value("blocks", of: segment)) ?? []
      let sizes =
        [document.integer("total_size", of: segment)]
        + blocks.flatMap { block in
          [document.integer("size", of: block), document.integer("requested_size", of: block)]
        }
      guard sizes.allSatisfy({ Self.isSize($0 ?? 0) }) else {
        throw InputError(
          path, field: "segments[\(index)]", found: "a size that no memory has",
          expected: "0 to \(AllocationStream.largest) bytes")
      }
    }
  }

  private static func isSize(_ bytes: Int) -> Bool {
    (0...AllocationStream.largest).contains(bytes)
  }

  /// The stream of one device.
  func stream(of device: Int?) throws(InputError) -> RecordedStream {
    let device = try chosen(device)
    let entries = try entries(of: device)
    let segments = segments.filter { document.integer("device", of: $0) ?? 0 == device }
    let before = allocatedBefore(entries, segments)
    var result = RecordedStream()
    result.stream = stream(before: before, entries)
    result.recorded = Simulation.Recorded(
      peakReserved: peakReserved(entries, segments), allocatedBefore: before.count)
    return result
  }

  private func chosen(_ device: Int?) throws(InputError) -> Int {
    let traced = traces.indices.filter { !traces[$0].isEmpty }
    let names = traced.map(String.init).joined(separator: ", ")
    if let device {
      guard traced.contains(device) else {
        throw InputError(
          "--device", found: "\(device)", expected: names.isEmpty ? "a trace" : "one of \(names)")
      }
      return device
    }
    guard let only = traced.first, traced.count == 1 else {
      throw InputError(
        path, field: "device_traces",
        found: traced.isEmpty ? "no event" : "events of the devices \(names)",
        expected: traced.isEmpty
          ? "a recorded history (torch.cuda.memory._record_memory_history)" : "--device")
    }
    return only
  }

  /// An entry of the trace.
  struct Entry {
    let action: String
    let address: Int
    let size: Int
    let stream: Int
    let category: String?
    let frames: PickleDocument.Value?
  }

  private func entries(of device: Int) throws(InputError) -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(traces[device].count)
    for (index, value) in traces[device].enumerated() {
      guard let action = document.text("action", of: value) else {
        throw InputError(
          path, field: "device_traces[\(device)][\(index)].action", found: "nothing",
          expected: "an action, such as alloc")
      }
      let size = document.integer("size", of: value)
      let address = document.integer("addr", of: value)
      if Self.actsOnMemory(action), address == nil || !Self.isSize(size ?? -1) {
        throw InputError(
          path, field: "device_traces[\(device)][\(index)]", found: "\(action) without memory",
          expected: "addr and size")
      }
      entries.append(
        Entry(
          action: action, address: address ?? 0, size: size ?? 0,
          stream: document.integer("stream", of: value) ?? 0,
          category: document.text("category", of: value),
          frames: document.value("frames", of: value)))
    }
    return entries
  }

  private static func actsOnMemory(_ action: String) -> Bool {
    [
      "alloc", "free_requested", "free_completed", "segment_alloc", "segment_free", "segment_map",
      "segment_unmap",
    ].contains(action)
  }
}
