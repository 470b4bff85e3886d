/// Speedscope's file format (speedscope, src/lib/file-format-spec.ts): the run in time, and what
/// was alive at the peak in bytes.
extension Trace {
  var speedscope: String {
    var frames = FrameTable()
    let profiles = [timeProfile(&frames), peakProfile(&frames)]
    let names = frames.names.map { #"{"name":\#($0.asJSON)}"# }
    return """
      {"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"assay",\
      "name":\(name.asJSON),"activeProfileIndex":0,
      "shared":{"frames":[\(names.joined(separator: ","))]},
      "profiles":[
      \(profiles.joined(separator: ",\n"))
      ]}

      """
  }

  private struct FrameTable {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(_ name: String) -> Int {
      if let number = numbers[name] { return number }
      numbers[name] = names.count
      names.append(name)
      return names.count - 1
    }
  }

  private func timeProfile(_ frames: inout FrameTable) -> String {
    let slices = slices
    var events: [String] = []
    var open: [Slice] = []
    func close(to depth: Int, _ events: inout [String], _ frames: inout FrameTable) {
      while open.count > depth, let slice = open.popLast() {
        events.append(#"{"type":"C","frame":\#(frames.number(slice.name)),"at":\#(slice.end)}"#)
      }
    }
    for slice in slices {
      close(to: slice.depth, &events, &frames)
      events.append(#"{"type":"O","frame":\#(frames.number(slice.name)),"at":\#(slice.start)}"#)
      open.append(slice)
    }
    close(to: 0, &events, &frames)
    return profile(
      "evented", timeline.isReal ? "time of the run" : "order of the run", "nanoseconds",
      slices.map(\.end).max() ?? 0, #""events":[\#(events.joined(separator: ","))]"#)
  }

  private func peakProfile(_ frames: inout FrameTable) -> String {
    let stacks = peakStacks
    let samples = stacks.map { stack in
      "[" + stack.stack.map { String(frames.number($0)) }.joined(separator: ",") + "]"
    }
    let weights = stacks.map { String($0.bytes) }
    return profile(
      "sampled", "bytes at the peak", "bytes", stacks.reduce(0) { $0 + $1.bytes },
      #""samples":[\#(samples.joined(separator: ","))],"weights":[\#(weights.joined(separator: ","))]"#
    )
  }

  private func profile(
    _ type: String, _ name: String, _ unit: String, _ end: Int, _ content: String
  ) -> String {
    #"{"type":"\#(type)","name":\#(name.asJSON),"unit":"\#(unit)","startValue":0,"endValue":\#(end),"#
      + content + "}"
  }
}
