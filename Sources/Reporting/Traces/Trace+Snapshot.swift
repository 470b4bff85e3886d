import Instrument
import Projection

/// PyTorch's memory snapshot (torch/csrc/cuda/memory_snapshot.cpp), as `torch.cuda.memory` would
/// have dumped it had the run been on a device without a limit: addresses are those that the
/// caching allocator would have given.
extension Trace {
  var snapshot: [UInt8] {
    var replay = SnapshotReplay()
    var writer = PickleWriter()
    writer.dictionary { root in
      root.entry("device_traces") { devices in
        devices.list { devices in
          devices.list { trace in
            for (event, time) in zip(ledger.events, timeline.eventTimes) {
              replay.write(event, self.frame(event), time / 1000, to: &trace)
            }
          }
        }
      }
      root.entry("segments") { segments in
        segments.list { list in
          for segment in replay.segments { segment.write(to: &list) }
        }
      }
    }
    writer.finish()
    return writer.bytes
  }

  /// Where a tensor belongs, in the form of a stack of calls.
  private func frame(_ event: Event) -> SnapshotReplay.Frame {
    SnapshotReplay.Frame(path: ledger.path(of: event), phase: event.phase.rawValue)
  }
}

/// The events of a ledger on their way through the allocator and into a pickle.
private struct SnapshotReplay {
  struct Frame {
    let path: String
    let phase: String
  }

  struct Segment {
    let address: Int
    let size: Int

    /// A segment that is free as a whole, as all are at the end of a run.
    func write(to writer: inout PickleWriter) {
      writer.dictionary { segment in
        segment.entry("device", 0)
        segment.entry("address", address)
        segment.entry("total_size", size)
        segment.entry("allocated_size", 0)
        segment.entry("active_size", 0)
        segment.entry("requested_size", 0)
        segment.entry("stream", 0)
        segment.entry("segment_type", size > 2 << 20 ? "large" : "small")
        segment.entry("segment_pool_id") { $0.pair(0, 0) }
        segment.entry("is_expandable", false)
        segment.entry("frames") { $0.list { _ in } }
        segment.entry("blocks") { blocks in
          blocks.list { list in
            list.dictionary { block in
              block.entry("address", address)
              block.entry("size", size)
              block.entry("requested_size", 0)
              block.entry("state", "inactive")
              block.entry("frames") { $0.list { _ in } }
            }
          }
        }
      }
    }
  }

  private(set) var segments: [Segment] = []
  private var allocator = CachingAllocator()
  private var handles: [Int: CachingAllocator.Handle] = [:]

  mutating func write(
    _ event: Event, _ frame: Frame, _ microseconds: Int, to writer: inout PickleWriter
  ) {
    switch event.kind {
    case .allocate:
      let reserved = allocator.statistics.reserved.current
      // Nothing is refused where there is no limit; for no bytes there is no block.
      guard event.bytes > 0, let handle = try? allocator.allocate(event.bytes) else { return }
      handles[event.tensor] = handle
      let address = allocator.address(of: handle)
      let grown = allocator.statistics.reserved.current - reserved
      if grown > 0 {
        segments.append(Segment(address: address, size: grown))
        // A category of its own, which the viewer needs to be called so (MemoryViz.js).
        entry("segment_alloc", address, grown, "unknown", frame, microseconds, &writer)
      }
      entry("alloc", address, event.bytes, event.category.rawValue, frame, microseconds, &writer)
    case .free:
      guard let handle = handles.removeValue(forKey: event.tensor) else { return }
      let address = allocator.address(of: handle)
      allocator.free(handle)
      for action in ["free_requested", "free_completed"] {
        entry(action, address, -event.bytes, event.category.rawValue, frame, microseconds, &writer)
      }
    case .retag: return
    }
  }

  private func entry(
    _ action: String, _ address: Int, _ size: Int, _ category: String, _ frame: Frame,
    _ microseconds: Int, _ writer: inout PickleWriter
  ) {
    writer.dictionary { entry in
      entry.entry("action", action)
      entry.entry("addr", address)
      entry.entry("size", size)
      entry.entry("stream", 0)
      entry.entry("time_us", microseconds)
      entry.entry("category", category)
      entry.entry("frames") { frames in
        frames.list { list in
          list.dictionary { place in
            place.entry("name", frame.path)
            place.entry("filename", frame.phase)
            place.entry("line", 0)
          }
        }
      }
    }
  }
}
