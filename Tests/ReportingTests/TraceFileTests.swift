import Catalogue
import Foundation
import Projection
import TestSupport
import Testing

@testable import Reporting

@Suite struct TraceFileTests {
  /// What a file of a format tells when it is read as allocations.
  private func read(_ trace: Trace, _ format: Trace.Format) throws -> RecordedStream {
    try withTemporaryFolder { folder in
      try trace.data(as: format).write(to: URL(filePath: folder("trace")))
      return try RecordedStream(folder("trace"))
    }
  }

  @Test(arguments: [true, false])
  func `a file of events replays like the ledger itself`(dry: Bool) throws {
    let (trace, ledger) = try miniatureTrace(dry: dry)
    let (direct, read) = (AllocationStream(ledger), try read(trace, .csv).stream)
    #expect(read.steps == direct.steps)
    #expect(read.allocations == direct.allocations)
    #expect(read.labels == direct.labels)
  }

  @Test func `times are in the file of a real run, and in order`() throws {
    func seconds(dry: Bool) throws -> [String] {
      try miniatureTrace(dry: dry).trace.events.split(separator: "\n").dropFirst()
        .map { String($0[$0.lastIndex(of: ",")!...].dropFirst()) }
    }
    let times = try seconds(dry: false).map { try #require(Double($0)) }
    #expect(times == times.sorted() && times.last ?? 0 > 0)
    #expect(try seconds(dry: true).allSatisfy(\.isEmpty))
  }

  @Test func `a snapshot replays to what it tells of its segments`() throws {
    let (trace, ledger) = try miniatureTrace(dry: true)
    let input = try read(trace, .snapshot)
    let simulation = Simulation(input.stream)
    #expect(simulation.statistics.requested.peak == ledger.peak.total)
    #expect(input.recorded?.peakReserved == simulation.statistics.reserved.peak)
    #expect(input.recorded?.allocatedBefore == 0)
    #expect(simulation.statistics.allocated.current == 0)
    #expect(Set(input.stream.labels.map(\.category)).count == 6 + 1)
  }

  @Test func `a category of a snapshot is called unknown, as the viewer demands`() throws {
    let bytes = try miniatureTrace(dry: true).trace.data(as: .snapshot)
    #expect(bytes.range(of: Data("unknown".utf8)) != nil)
    // Protocol 2, which the viewer knows, as it knows 3 and 4.
    #expect(Array(bytes.prefix(2)) == [0x80, 2])
  }

  @Test(.enabled(if: ExternalTool.torch != nil, "no python3 that has torch is here"))
  func `PyTorch's own viewer reads the snapshot`() throws {
    let (trace, _) = try miniatureTrace(dry: true)
    let reserved = try #require(try read(trace, .snapshot).recorded).peakReserved
    try withTemporaryFolder { folder in
      try trace.data(as: .snapshot).write(to: URL(filePath: folder("trace.pickle")))
      let program = """
        import pickle, sys
        from torch.cuda import _memory_viz
        snapshot = pickle.load(open(sys.argv[1], "rb"))
        print(_memory_viz.segsum(snapshot))
        print(_memory_viz.trace(snapshot))
        assert "unknown" in {event["category"] for event in snapshot["device_traces"][0]}
        assert len(_memory_viz.trace_plot(snapshot)) > 1000
        """
      let python = try #require(ExternalTool.torch)
      let outcome = try ExternalTool.run(python, "-c", program, folder("trace.pickle"))
      #expect(outcome.status == 0, "\(outcome.text.suffix(500))")
      // in MiB, with one decimal
      #expect(outcome.text.contains("total_reserved: \(reserved >> 20).0MiB"))
      #expect(outcome.text.contains("= cudaMalloc(2097152, 2.0MiB)"))
    }
  }

  @Test(
    arguments: [
      ("a.json", Trace.Format.perfetto), ("a.speedscope.json", .speedscope), ("a.pkl", .snapshot),
      ("a.pickle", .snapshot), ("a.folded", .folded), ("a.csv", .csv), ("a.txt", nil),
    ] as [(String, Trace.Format?)])
  func `a file's name tells its format`(name: String, format: Trace.Format?) {
    #expect(Trace.Format(fileName: name) == format)
  }
}
