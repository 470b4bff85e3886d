import Foundation
import Formulas
import Testing

/// What may come as a file of claims: other bytes, other sizes, pipes, and YAML that goes on forever.
@Suite(.timeLimit(.minutes(5))) struct ClaimFileTests {
  private static let minimal =
    "document: d\ntitle: t\nclaims:\n- { id: a, statement: b, quantity: data, kind: fact,"
    + " notMeasurable: c }\n"

  @Test func `a byte-order mark is skipped`() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array(Self.minimal.utf8)
    #expect(try ClaimCatalogue(files: [("bom.yaml", bytes)]).claims.map(\.id) == ["a"])
  }

  @Test func `a file is read from its path`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/claims-\(UUID()).yaml"
    try Self.minimal.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ClaimCatalogue(contentsOf: path).documents.map(\.document) == ["d"])
  }

  @Test func `a pipe is read to its end`() throws {
    let pipe = Pipe()
    // More than a pipe holds, so that it comes in parts.
    let comment = "#" + String(repeating: "x", count: 200_000) + "\n"
    let writer = Thread {
      pipe.fileHandleForWriting.write(Data((comment + Self.minimal).utf8))
      try? pipe.fileHandleForWriting.close()
    }
    writer.start()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try ClaimCatalogue(contentsOf: path).claims.map(\.id) == ["a"])
  }

  @Test(arguments: ["/no/such", "/tmp", "/no\n/\u{1B}[31msuch"])
  func `what is no file is said on one line`(path: String) {
    let error = #expect(throws: ClaimError.self) { try ClaimCatalogue(contentsOf: path) }
    let shown = path.replacing("\n", with: "\\n").replacing("\u{1B}", with: "\\u{1B}")
    #expect(
      error?.description
        == "\(shown): found no file that can be read; expected a YAML file with claims")
  }

  @Test func `a file without end is read to four mebibytes`() {
    let error = #expect(throws: ClaimError.self) { try ClaimCatalogue(contentsOf: "/dev/zero") }
    #expect(
      error?.description == "/dev/zero: found more than 4 MiB; expected a file of at most 4 MiB")
  }

  @Test func `bytes that are no text are refused`() {
    let error = #expect(throws: ClaimError.self) {
      try ClaimCatalogue(files: [("x.yaml", [0xFF, 0xFE, 0x00])])
    }
    #expect(error?.description == "x.yaml: found bytes that are not UTF-8; expected YAML in UTF-8")
  }

  @Test(arguments: [
    ("", "test.yaml:1:1: found nothing; expected the fields document, title and claims"),
    ("# nothing\n", "test.yaml:1:1: found nothing; expected the fields"),
    ("document: 1", "test.yaml:1:1: found no title; expected the field title"),
    ("[1, 2]", "test.yaml:1:1: found a list; expected the fields document, title, source, claims"),
    ("document: 1\ntitle: 2\nclaims: 3", "3:9: claims: found 3; expected a list of claims"),
    ("document: 1\ntitle: 2\nclaims: []", "3:9: claims: found no claims; expected at least one"),
    ("document: 1\ntitle: 2\nclaims:\n- statement: x", "4:3: found no id; expected the field id"),
    (
      "document: 1\ntitle: 2\nclaims:\n- id: x\n  statement: y\n  quantity: z\n  kind: fact",
      "6:13: claim x: quantity: found z; expected one of parameters, gradients"
    ),
    ("title: 1\ntitle: 2", "1:1: found the field title twice; expected each field once"),
    (
      "document: 1\ntitle: [2",
      "test.yaml:3:1: found text that is not YAML (while parsing a flow sequence did not find expected "
        + "',' or ']'); expected YAML, with quotes around a text that has : # [ ] { } & * ! or | in it"
    ),
    (
      "a: b: c",
      "test.yaml:1:5: found text that is not YAML (mapping values are not allowed in this"
    ),
    (
      "a: 1\nb: é\0",
      "2:5: found text that is not YAML (control characters are not allowed); expected"
    ),
    ("a: 1\n---\nb: 2", "2:1: found the beginning of another document; expected one document"),
    (String(repeating: "[", count: 5000), "found lists or mappings that are nested too deeply"),
    ("a: *b", "test.yaml:1:4: found an alias, *; expected the value itself, written out, or a"),
  ])
  func `faults of the file are named with their place`(yaml: String, says: String) throws {
    let message = try #require(fault(yaml))
    #expect(message.contains(says), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func `a list of lists of lists that is a key does not hold up the reader`() throws {
    var yaml = "a0: &a0 [x, x]\n"
    for depth in 1..<40 { yaml += "a\(depth): &a\(depth) [*a\(depth - 1), *a\(depth - 1)]\n" }
    #expect(try #require(fault(yaml + "? *a39\n: 1")).hasPrefix("test.yaml:2:10: found an alias"))
  }
}
