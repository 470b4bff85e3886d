import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  @Test func `a report goes to a new file, and nothing to standard output`() throws {
    try withTemporaryFolder { folder in
      let printed = try assay("count", "gpt2")
      let written = try assay("count", "gpt2", "--output", "report", in: folder)
      #expect(written.status == 0)
      #expect(written.output.isEmpty && written.errors.isEmpty)
      #expect(try folder.bytes("report") == printed.output)
      #expect(try folder.names == ["report"])
    }
  }

  @Test func `a file that is there is replaced only with --force`() throws {
    try withTemporaryFolder { folder in
      try folder.write("mine", to: "report")
      expectFailure(
        try assay("models", "--output", "report", in: folder), 65,
        "--output: found report, which exists; expected a new file, or --force")
      #expect(try folder.text("report") == "mine")
      let forced = try assay("models", "--output", "report", "--force", in: folder)
      #expect(forced.status == 0)
      #expect(try folder.bytes("report") == assay("models").output)
      #expect(try folder.names == ["report"])
    }
  }

  @Test func `two results do not go to one file`() throws {
    try withTemporaryFolder { folder in
      expectFailure(
        try assay(
          "measure", "gpt2-tiny", "--dry", "--trace", "a.csv", "--events", "./a.csv", in: folder),
        65, "--events: found ./a.csv, which is the file of --trace, too; expected a file of its own"
      )
      try folder.write("mine", to: "b.json")
      let check = ["check", "--model", "gpt2-tiny", "--baseline", "b.json", "--junit", "b.json"]
      expectFailure(
        try assay(check + ["--force"], in: folder), 65,
        "--junit: found b.json, which is the file of --baseline, too; expected a file of its own")
      #expect(try folder.text("b.json") == "mine")
      #expect(try folder.names == ["b.json"])
    }
  }

  @Test func `a run that fails leaves the file that was to be replaced`() throws {
    try withTemporaryFolder { folder in
      try folder.write("mine", to: "report")
      let failed = try assay(
        "measure", "gpt2-tiny", "--batch", "0", "--output", "report", "--force", in: folder)
      expectFailure(failed, 65, "--batch: found 0; expected a positive integer")
      #expect(try folder.text("report") == "mine")
    }
  }

  @Test(arguments: [
    ["count", "gpt2"], ["measure", "gpt2-tiny"], ["models"], ["hardware"], ["claims"],
    ["verify", "--only", "003.28"],
  ])
  func `where there is no place for the report, no work is done`(arguments: [String]) throws {
    try withTemporaryFolder { folder in
      expectFailure(
        try assay(arguments + ["--output", "no/report"], in: folder), 65,
        "--output: found \"no/report\"; expected a file in a folder that exists and can be written")
      expectFailure(
        try assay(arguments + ["--output", "."], in: folder), 65,
        "--output: found ., a folder; expected a file")
    }
  }

  @Test func `what is quiet says nothing but its report`() throws {
    let spoken = try assay("measure", "bert-large-uncased", "--dry")
    let quiet = try assay("measure", "bert-large-uncased", "--dry", "--quiet")
    #expect(spoken.status == 0 && quiet.status == 0)
    #expect(spoken.errors.contains("has no loss"))
    #expect(quiet.errors.isEmpty && quiet.output == spoken.output)
  }

  @Test func `a reader that has gone ends the command quietly`() throws {
    for arguments in [["claims"], ["claims", "--format", "json"], ["help", "claims"]] {
      let outcome = try assay(arguments, to: .abandoned)
      #expect(outcome.status == 0)
      #expect(outcome.errors.isEmpty)
    }
  }

  @Test(arguments: [["claims"], ["help", "claims"], ["--version"]])
  func `a full device is said in one line`(arguments: [String]) throws {
    expectFailure(
      try assay(arguments, to: .full), 65,
      "standard output: found No space left on device; expected a place that takes the report")
  }

  @Test(arguments: [
    ["count", "gpt2"], ["measure", "gpt2-tiny"], ["measure", "gpt2", "--dry"], ["models"],
    ["hardware"], ["claims"], ["verify", "--only", "003.28"], ["derive", "parameters"],
    ["lesson"], ["lesson", "bytes"],
  ])
  func `JSON is alone on standard output, and ends with a line feed`(arguments: [String]) throws {
    let outcome = try assay(arguments + ["--format", "json"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(try object(outcome)["schema"] is String)
    #expect(outcome.text.hasPrefix("{\n") && outcome.text.hasSuffix("\n}\n"))
  }

  @Test(arguments: ["text", "csv", "markdown"])
  func `every command writes every format`(format: String) throws {
    for arguments in [
      ["count", "gpt2"], ["measure", "gpt2-tiny"], ["models"], ["hardware"], ["claims"],
    ] {
      let outcome = try assay(arguments + ["--format", format])
      #expect(outcome.status == 0)
      #expect(outcome.text.hasSuffix("\n") && !outcome.text.hasSuffix("\n\n"))
      let lines = outcome.text.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("|") } == (format == "markdown"))
    }
  }
}
