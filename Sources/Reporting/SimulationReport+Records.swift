import Projection

extension SimulationReport {
  /// Every figure on a line of its own, named as in JSON.
  public var records: Table {
    let statistics = value.statistics
    var rows: [(String, Int)] = [("events", value.events)]
    let counters = [
      ("allocated", statistics.allocated), ("active", statistics.active),
      ("requested", statistics.requested), ("reserved", statistics.reserved),
      ("inactiveSplit", statistics.inactiveSplit), ("segments", statistics.segments),
    ]
    for (name, counter) in counters {
      rows.append(("statistics.\(name).peak", counter.peak))
      rows.append(("statistics.\(name).current", counter.current))
    }
    rows += [
      ("statistics.retries", statistics.retries), ("statistics.failures", statistics.failures),
      ("statistics.deviceAllocations", statistics.deviceAllocations),
      ("statistics.deviceFrees", statistics.deviceFrees),
    ]
    rows += Self.records("atPeakAllocated", value.atPeakAllocated)
    rows += Self.records("atPeakReserved", value.atPeakReserved)
    if let recorded = value.recorded {
      rows.append(("recorded.peakReserved", recorded.peakReserved))
    }
    return Table(nil, [.text("figure"), .number("value")], rows.map { [$0.0, String($0.1)] })
  }

  private static func records(_ name: String, _ moment: Simulation.Moment) -> [(String, Int)] {
    [
      ("\(name).event", moment.event), ("\(name).allocated", moment.allocated),
      ("\(name).requested", moment.requested), ("\(name).reserved", moment.reserved),
    ] + moment.byCategory.map { ("\(name).byCategory.\($0.category)", $0.bytes) }
  }
}
