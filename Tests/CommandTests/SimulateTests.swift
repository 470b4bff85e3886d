import Foundation
import TestSupport
import Testing

@Suite struct SimulateTests {
  private func bytes(_ value: Any?, _ path: String...) throws -> Int {
    var value = value
    for step in path { value = try #require(value as? [String: Any])[step] }
    return try #require(value as? Int)
  }

  @Test func `the events of a run are replayed, and reserve no less than was alive`() throws {
    try withTemporaryFolder { folder in
      let run = ["measure", "gpt2-mini", "--dry", "--format", "json", "--events", "run.csv"]
      let measured = try object(assay(run, in: folder))
      let simulated = try object(
        assay("simulate", "run.csv", "--gpu", "a100-80gb", "--format", "json", in: folder))
      #expect(simulated["schema"] as? String == "assay.simulation.v1")
      let peak = try bytes(measured, "bytes", "peak", "total")
      #expect(try bytes(simulated, "statistics", "requested", "peak") == peak)
      #expect(try bytes(simulated, "statistics", "allocated", "peak") >= peak)
      #expect(try bytes(simulated, "statistics", "reserved", "peak") % (2 << 20) == 0)
      #expect(try bytes(simulated, "settings", "capacity") == 85_094_039_552)
      #expect(try bytes(simulated, "events") == bytes(measured, "events"))
      #expect(try folder.names == ["run.csv"])
    }
  }

  @Test func `a run that does not fit exits with 1, after the report`() throws {
    try withTemporaryFolder { folder in
      _ = try assay("measure", "gpt2-mini", "--dry", "--events", "run.csv", in: folder)
      let outcome = try assay("simulate", "run.csv", "--capacity", "4194304", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.text.contains("Out of memory at event "))
      #expect(outcome.errors.hasPrefix("assay: out of memory at event "))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `expandable segments and a workspace change what is reserved`() throws {
    try withTemporaryFolder { folder in
      _ = try assay("measure", "gpt2", "--dry", "--events", "run.csv", in: folder)
      func reserved(_ options: String...) throws -> Int {
        try bytes(
          object(assay(["simulate", "run.csv", "--format", "json"] + options, in: folder)),
          "statistics", "reserved", "peak")
      }
      let plain = try reserved()
      #expect(try reserved("--expandable-segments") != plain)
      #expect(try reserved("--workspace", "33554432") >= plain + 33_554_432 - (20 << 20))
    }
  }

  @Test(arguments: ["text", "csv", "markdown", "json"])
  func `a snapshot of PyTorch is read, and written in every format`(format: String) throws {
    let snapshot = Fixture.folder.appending(path: "snapshot-4.pickle").path
    let outcome = try assay("simulate", snapshot, "--format", format)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    // 34 MiB: the most that its segments came to
    let says = format == "csv" || format == "json" ? "35651584" : "35,651,584"
    #expect(outcome.text.contains(says))
  }

  @Test(arguments: [
    (
      ["simulate", "none.csv"],
      "none.csv: found no file that can be read; expected a file of events or a PyTorch memory "
        + "snapshot"
    ),
    (
      ["simulate", "."],
      ".: found a folder; expected a file of events or a PyTorch memory snapshot"
    ),
    (
      ["simulate", "bad.csv"],
      "bad.csv: found a file that begins with kind\\ttensor; expected the headings of "
        + "assay.events.v1, or a pickle of PyTorch"
    ),
    (
      ["simulate", "bad.csv", "--gpu", "z80"],
      "--gpu: found \"z80\"; expected a device such as a100-80gb (`assay hardware` lists them)"
    ),
    (
      ["simulate", "bad.csv", "--roundup-divisions", "3"],
      "--roundup-divisions: found 3; expected a power of two"
    ),
    (
      ["simulate", "bad.csv", "--capacity", "9223372036854775807", "--memory-fraction", "1"],
      "--capacity: found 9223372036854775807; expected a positive number of bytes, at most "
        + "70368744177664"
    ),
    (
      ["simulate", "bad.csv", "--workspace", "-1"],
      "--workspace: found -1; expected a number of bytes, 0 to 70368744177664"
    ),
    (
      ["simulate", "bad.csv", "--workspace", "9223372036854775807"],
      "--workspace: found 9223372036854775807; expected a number of bytes, 0 to 70368744177664"
    ),
  ])
  func `bad input exits with 65 and one line`(arguments: [String], says: String) throws {
    try withTemporaryFolder { folder in
      try folder.write("kind\ttensor\n", to: "bad.csv")
      let arguments = arguments.joined(separator: " ").replacing(
        "--workspace -1", with: "--workspace=-1")
      expectFailure(
        try assay(arguments.split(separator: " ").map(String.init), in: folder), 65, says)
    }
  }

  @Test func `a device and a capacity are one too many`() throws {
    expectFailure(
      try assay("simulate", "x", "--gpu", "a100", "--capacity", "1"), 64,
      "--gpu and --capacity both tell how much memory there is: leave out one "
        + "(see `assay --help`)")
  }
}
