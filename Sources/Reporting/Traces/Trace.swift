import Catalogue
import Foundation
import Instrument

/// A run as others' tools show it: what was alive when, and what was computed meanwhile.
public struct Trace {
  let name: String
  let ledger: Ledger
  let timeline: Timeline

  /// The formats, by the names of what reads them.
  public enum Format: String, CaseIterable, Sendable {
    /// Chrome's trace events, which ui.perfetto.dev and chrome://tracing read.
    case perfetto
    /// PyTorch's memory snapshot, which pytorch.org/memory_viz reads.
    case snapshot
    /// www.speedscope.app.
    case speedscope
    /// Folded stacks, which flamegraph.pl and inferno read: bytes at the peak.
    case folded
    /// A file of events, which `assay simulate` reads.
    case csv

    /// The format that a file's name ends with; nil if it ends with none.
    public init?(fileName: String) {
      let endings: [(String, Format)] = [
        (".speedscope.json", .speedscope), (".speedscope", .speedscope), (".json", .perfetto),
        (".pickle", .snapshot), (".pkl", .snapshot), (".folded", .folded), (".csv", .csv),
      ]
      guard let format = endings.first(where: { fileName.hasSuffix($0.0) })?.1 else { return nil }
      self = format
    }
  }

  /// - Parameters:
  ///   - name: what ran.
  ///   - ledger: its account.
  ///   - timeline: when everything happened.
  public init(_ name: String, _ ledger: Ledger, _ timeline: Timeline) {
    self.name = name
    self.ledger = ledger
    self.timeline = timeline
  }

  /// The file in a format.
  public func data(as format: Format) -> Data {
    switch format {
    case .perfetto: Data(perfetto.utf8)
    case .snapshot: Data(snapshot)
    case .speedscope: Data(speedscope.utf8)
    case .folded: Data(folded.utf8)
    case .csv: Data(events.utf8)
    }
  }
}

extension StringProtocol {
  /// The text as JSON writes it.
  var asJSON: String {
    let escaped = unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case _ where scalar.value < 32: text += "\\u" + String(format: "%04x", scalar.value)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
