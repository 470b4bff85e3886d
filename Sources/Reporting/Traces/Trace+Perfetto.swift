import Catalogue

/// The trace event format of Chrome (Trace Event Format, Google, 2016): counters, complete events,
/// and flows.
extension Trace {
  var perfetto: String {
    let slices = slices
    let lines =
      [metadata] + slices.map(Self.line) + Self.flowLines(slices) + counterLines
    return """
      {"displayTimeUnit":"ms","otherData":{"time":"\(timeline.isReal ? "measured" : "order of events")"},\
      "traceEvents":[
      \(lines.joined(separator: ",\n"))
      ]}

      """
  }

  private var metadata: String {
    #"{"name":"process_name","ph":"M","pid":1,"tid":1,"args":{"name":\#(name.asJSON)}}"#
  }

  private static func line(_ slice: Slice) -> String {
    #"{"name":\#(slice.name.asJSON),"cat":"\#(slice.kind)","ph":"X","pid":1,"tid":1,"#
      + #""ts":\#(microseconds(slice.start)),"dur":\#(microseconds(slice.end - slice.start)),"#
      + #""args":{"phase":"\#(slice.phase)","path":\#(slice.scope.asJSON)}}"#
  }

  /// An arrow from each forward slice to its backward slice.
  private static func flowLines(_ slices: [Slice]) -> [String] {
    flows(slices).enumerated().flatMap { number, flow in
      [
        flowLine("s", "", number, slices[flow.forward]),
        flowLine("f", #","bp":"e""#, number, slices[flow.backward]),
      ]
    }
  }

  private static func flowLine(
    _ end: String, _ binding: String, _ number: Int, _ slice: Slice
  ) -> String {
    #"{"name":"backward","cat":"flow","ph":"\#(end)"\#(binding),"id":\#(number),"pid":1,"tid":1,"#
      + #""ts":\#(microseconds(slice.start))}"#
  }

  /// What each category holds, whenever that changes.
  private var counterLines: [String] {
    var held: [Category: Int] = [:]
    return zip(ledger.events, timeline.eventTimes).compactMap { event, time in
      guard event.bytes != 0 else { return nil }
      held[event.category, default: 0] += event.bytes
      return #"{"name":"\#(event.category)","ph":"C","pid":1,"ts":\#(Self.microseconds(time)),"#
        + #""args":{"bytes":\#(held[event.category, default: 0])}}"#
    }
  }

  /// Nanoseconds as the microseconds that the format wants, none of them lost.
  private static func microseconds(_ nanoseconds: Int) -> String {
    let rest = String(nanoseconds % 1000)
    return "\(nanoseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
