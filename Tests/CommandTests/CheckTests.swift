import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite struct CheckTests {
  /// A folder with the baseline of a miniature, `b.json`.
  private func withBaseline(_ body: (TemporaryFolder) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let recorded = try check("--update", in: folder)
      #expect(recorded.status == 1)
      let line = #/assay: recorded (\d+) of (\d+) facts in b.json; the next check expects them\n/#
      let counts = try #require(try line.wholeMatch(in: recorded.errors))
      #expect(counts.1 == counts.2)
      try body(folder)
    }
  }

  private func check(_ options: String..., in folder: TemporaryFolder) throws -> Outcome {
    let arguments = ["check", "--model", "gpt2-tiny", "--baseline", "b.json", "--quiet"]
    return try assay(arguments + options, in: folder)
  }

  @Test func `what is recorded is expected, and recorded only once`() throws {
    try withBaseline { folder in
      let again = try check("--update", in: folder)
      #expect(again.status == 0 && again.errors.isEmpty)
      #expect(again.text.hasSuffix(", all as in b.json\n"))
    }
  }

  @Test func `no more facts differ than were compared`() throws {
    try withBaseline { folder in
      let other = try assay(
        "check", "--model", "llama-mini", "--baseline", "b.json", "--quiet", in: folder)
      let line = #/assay: (\d+) of (\d+) facts differ from b.json \(record with --update\)\n/#
      let counts = try #require(try line.wholeMatch(in: other.errors))
      #expect(counts.1 == counts.2)
    }
  }

  @Test func `a change of one byte under one convention is named, with its tensor and formula`()
    throws
  {
    try withBaseline { folder in
      let subject = "gpt2-tiny, textbook, bf16, eager"
      // Queries of 2 sequences, 64 tokens and 32 elements, 2 bytes each, in 2 blocks: 16384.
      let bytes = "\"bytes.savedByRole.attention.query\" : \"16384\""
      let share = "\"b*s*h: attention.query\" : \"2\""
      try folder.change(bytes, to: bytes.replacing("16384", with: "16383"), after: subject)
      try folder.change(
        share, to: share.replacing("\"2\"", with: "\"3\""), after: subject, last: true)
      let before = try folder.bytes("b.json")

      let text = try check("--format", "csv", "--junit", "junit.xml", in: folder)
      #expect(text.status == 1)
      let line = #/assay: 2 of \d+ facts differ from b.json \(record with --update\)\n/#
      #expect(text.errors.wholeMatch(of: line) != nil)
      #expect(
        text.text == """
          kind,of,fact,before,now
          formulas,"\(subject)",b*s*h: attention.query,3,2
          bytes,"\(subject)",bytes.savedByRole.attention.query,16383,16384

          """)
      let junit = try folder.text("junit.xml")
      #expect(junit.contains("<testsuites name=\"assay check\" tests=\"49\" failures=\"2\">"))
      #expect(
        junit.contains("bytes.savedByRole.attention.query: was 16383, is 16384 (+1)</failure>"))
      _ = try XMLDocument(data: folder.bytes("junit.xml"))
      #expect(try folder.bytes("b.json") == before)
    }
  }

  @Test func `without a baseline, or with another file, there is one line that says so`() throws {
    try withTemporaryFolder { folder in
      expectFailure(
        try check(in: folder), 65,
        "b.json: found no file that can be read; expected a baseline; --update records one")
      try folder.write("{}", to: "b.json")
      expectFailure(
        try check("--update", in: folder), 65,
        "b.json: found text that is not a baseline; "
          + "expected JSON of assay.baseline.v1, as `assay check --update` writes it")
      #expect(try folder.text("b.json") == "{}")
    }
  }
}

extension TemporaryFolder {
  /// Replaces a text in the baseline: the first, or the last, that follows a subject.
  fileprivate func change(
    _ old: String, to new: String, after subject: String, last: Bool = false
  ) throws {
    let text = try text("b.json")
    let places = text.ranges(of: subject)
    let place = try #require(last ? places.last : places.first)
    let range = try #require(text[place.upperBound...].range(of: old))
    try write(text.replacingCharacters(in: range, with: new), to: "b.json")
  }
}
