import Foundation
import TestSupport
import Testing

@Suite struct TraceTests {
  @Test(arguments: [
    ("t.json", "{\"displayTimeUnit\""), ("t.speedscope.json", "{\"$schema\""),
    ("t.folded", "activation;block.0;"), ("t.csv", "assay.events.v1,kind,"),
    ("t.pickle", "\u{2}}("),
  ])
  func `a trace is written in the format that its name tells`(
    name: String, begins: String
  ) throws {
    try withTemporaryFolder { folder in
      let outcome = try assay("measure", "gpt2-tiny", "--dry", "--trace", name, in: folder)
      #expect(outcome.status == 0)
      let plain = try assay("measure", "gpt2-tiny", "--dry").text
      #expect(outcome.text == plain)
      let bytes = try folder.bytes(name)
      // The first byte of a pickle is no character.
      let text = String(decoding: bytes[0] == 0x80 ? bytes.dropFirst() : bytes, as: UTF8.self)
      #expect(text.hasPrefix(begins))
    }
  }

  @Test func `a trace and events of one run go to two files`() throws {
    try withTemporaryFolder { folder in
      let run = ["measure", "gpt2-tiny", "--steps", "1", "--trace", "t", "--trace-format", "csv"]
      let outcome = try assay(run + ["--events", "e"], in: folder)
      let (trace, events) = (try folder.text("t"), try folder.text("e"))
      #expect(outcome.status == 0)
      #expect(trace == events && trace.contains(",forward,activation,"))
    }
  }

  @Test func `a file that is there is kept, and no run begins`() throws {
    try withTemporaryFolder { folder in
      try folder.write("mine", to: "t.json")
      let run = ["measure", "gpt2-tiny", "--trace", "t.json"]
      expectFailure(
        try assay(run, in: folder), 65,
        "--trace: found t.json, which exists; expected a new file, or --force")
      #expect(try folder.text("t.json") == "mine")
      #expect(try assay(run + ["--force"], in: folder).status == 0)
    }
  }

  @Test func `a name that tells no format is refused`() throws {
    expectFailure(
      try assay("measure", "gpt2-tiny", "--trace", "t.txt"), 65,
      "--trace: found t.txt; expected a name that ends with .json, .pickle, .speedscope.json, "
        + ".folded or .csv, or --trace-format")
    expectFailure(
      try assay("measure", "gpt2-tiny", "--trace-format", "csv"), 64,
      "--trace-format needs --trace, the file for the trace (see `assay --help`)")
  }
}
