import Foundation
import Projection

extension Trace {
  /// A file of events, `assay.events.v1`; in a dry run without times.
  var events: String {
    let lines = zip(ledger.events, timeline.eventTimes).map { event, time in
      let fields = [
        "\(event.sequence)", event.kind.rawValue, "\(event.tensor)", "\(event.bytes)",
        event.phase.rawValue, event.category.rawValue, event.role.rawValue,
        event.precision.rawValue, ledger.path(of: event), timeline.isReal ? Self.seconds(time) : "",
      ]
      return fields.joined(separator: ",") + "\n"
    }
    return EventFile.columns.joined(separator: ",") + "\n" + lines.joined()
  }

  private static func seconds(_ nanoseconds: Int) -> String {
    String(format: "%.9f", Double(nanoseconds) / 1e9)
  }
}
