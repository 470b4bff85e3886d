import Catalogue
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Reporting

@Suite struct PerfettoTests {
  private func events(_ trace: Trace) throws -> [[String: Any]] {
    try #require(try json(trace, .perfetto)["traceEvents"] as? [[String: Any]])
  }

  private func number(_ event: [String: Any], _ key: String) throws -> Double {
    try #require(event[key] as? Double)
  }

  @Test(arguments: [true, false])
  func `slices nest: each lies within the one around it`(dry: Bool) throws {
    let slices = try miniatureTrace(dry: dry).trace.slices
    var around: [Trace.Slice] = []
    for slice in slices {
      around = Array(around.prefix(slice.depth))
      #expect(around.count == slice.depth)
      #expect(slice.start <= slice.end)
      if let outer = around.last { #expect(outer.start <= slice.start && slice.end <= outer.end) }
      around.append(slice)
    }
    // Two updates of two blocks, in forward and in backward, and the loading of the weights.
    let blocks = slices.filter { $0.kind == .scope && $0.name.hasPrefix("block.") }
    #expect(
      blocks.filter { $0.phase == .forward }.map(\.name) == [
        "block.0", "block.1", "block.0", "block.1",
      ])
    #expect(
      blocks.filter { $0.phase == .backward }.map(\.name) == [
        "block.1", "block.0", "block.1", "block.0",
      ])
    #expect(
      slices.filter { $0.kind == .phase }.map(\.name) == [
        "load", "forward", "backward", "optimizer", "forward", "backward", "optimizer",
      ])
  }

  @Test func `there is a slice for every call of an op`() throws {
    let (trace, _) = try miniatureTrace(dry: true)
    let calls = Dictionary(grouping: trace.slices.filter { $0.kind == .op }, by: \.name)
      .mapValues(\.count)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (1, 8, 1)
    let one = try Transformer.Measurement.run(
      ModelShape(named: "gpt2-tiny"), recipe, dry: true)
    for (name, operations) in Dictionary(grouping: one.operations, by: { $0.operation.rawValue }) {
      // twice what one update calls
      #expect(calls[name] == 2 * operations.reduce(0) { $0 + $1.calls }, "\(name)")
    }
    #expect(calls.count == Set(one.operations.map(\.operation)).count)
  }

  @Test(arguments: [true, false])
  func `the counters end at nothing, and reach the ledger's peak`(dry: Bool) throws {
    let (trace, ledger) = try miniatureTrace(dry: dry)
    var held: [String: Int] = [:]
    var peak = 0
    for event in try events(trace) where event["ph"] as? String == "C" {
      let name = try #require(event["name"] as? String)
      held[name] = (event["args"] as? [String: Int])?["bytes"]
      peak = max(peak, held.values.reduce(0, +))
    }
    #expect(peak == ledger.peak.total)
    #expect(held.count == 6 && held.values.allSatisfy { $0 == 0 })
  }

  @Test func `an arrow leads from each place of forward to the same of backward`() throws {
    let events = try events(miniatureTrace(dry: true).trace)
    let arrows = events.filter { $0["cat"] as? String == "flow" }
    let slices = events.filter { $0["cat"] as? String == "scope" }
    func path(_ arrow: [String: Any], _ phase: String) throws -> [String] {
      let time = try number(arrow, "ts")
      return try slices.filter { slice in
        let arguments = try #require(slice["args"] as? [String: String])
        return try arguments["phase"] == phase && number(slice, "ts") == time
      }.compactMap { ($0["args"] as? [String: String])?["path"] }
    }
    let ends = Dictionary(grouping: arrows) { $0["id"] as? Int ?? -1 }
    #expect(ends.count > 10)
    for (_, pair) in ends {
      #expect(pair.map { $0["ph"] as? String } == ["s", "f"])
      #expect(pair[1]["bp"] as? String == "e")
      #expect(try number(pair[0], "ts") < number(pair[1], "ts"))
      let (from, to) = (try path(pair[0], "forward"), try path(pair[1], "backward"))
      #expect(!Set(from).isDisjoint(with: to))
    }
  }

  @Test func `recomputed places have one arrow for each pass all the same`() throws {
    let slices = try miniatureTrace(dry: true) { $0.recompute = .full }.trace.slices
    let flows = Trace.flows(slices).filter { slices[$0.forward].name == "block.1" }
    #expect(flows.count == 2)
    #expect(flows.allSatisfy { slices[$0.backward].phase == .backward })
  }

  @Test(
    .enabled(if: ExternalTool.traceProcessor != nil, "Perfetto's trace_processor is not here"))
  func `trace_processor reads what there is`() throws {
    let (trace, _) = try miniatureTrace(dry: false)
    try withTemporaryFolder { folder in
      try trace.data(as: .perfetto).write(to: URL(filePath: folder("trace.json")))
      let query = try folder.write(
        """
        select count(*) as slices, (select count(*) from flow) as flows,
          (select count(*) from counter) as counts from slice;
        """, to: "query.sql")
      let tool = try #require(ExternalTool.traceProcessor)
      let outcome = try ExternalTool.run(tool, "-q", query, folder("trace.json"))
      let counts = try events(trace).filter { $0["ph"] as? String == "C" }.count
      let expected = "\(trace.slices.count),\(Trace.flows(trace.slices).count),\(counts)"
      #expect(outcome.status == 0 && outcome.text.contains(expected), "\(outcome.text)")
    }
  }
}
