import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite struct OutputFileTests {
  private func refusal(_ path: String, replacing: Bool = false) -> String {
    complaint { () throws(InputError) in
      try OutputFile(path).requireWritable("--output", replacing: replacing)
    }
  }

  @Test(arguments: ["report", "with space", "a%20b", "a?b#c", "~x", "漢字", "a\nb"])
  func `a file is written under exactly the name that was given`(name: String) throws {
    try withTemporaryFolder { folder in
      #expect(refusal(folder(name)) == "no fault")
      try OutputFile(folder(name)).write("twice 2·h\n")
      #expect(try folder.names == [name])
      #expect(try folder.text(name) == "twice 2·h\n")
    }
  }

  @Test func `a file that is there is replaced whole, and only when that is wanted`() throws {
    try withTemporaryFolder { folder in
      try folder.write("a long text that was here before", to: "report")
      let reader = try FileHandle(forReadingFrom: URL(filePath: folder("report")))
      #expect(
        refusal(folder("report"))
          == "--output: found \(folder("report")), which exists; expected a new file, or --force")
      #expect(refusal(folder("report"), replacing: true) == "no fault")
      try OutputFile(folder("report")).write("new")
      #expect(try folder.text("report") == "new")
      #expect(try folder.names == ["report"])
      // Who had it open reads on in the old file: a file in place would have become shorter.
      let old = try #require(try reader.readToEnd())
      #expect(String(decoding: old, as: UTF8.self) == "a long text that was here before")
    }
  }

  @Test(arguments: [0o600, 0o640, 0o666, 0o755])
  func `a file that is replaced keeps its permissions`(permissions: Int) throws {
    try withTemporaryFolder { folder in
      try folder.write("old", to: "report")
      let files = FileManager.default
      try files.setAttributes([.posixPermissions: permissions], ofItemAtPath: folder("report"))
      try OutputFile(folder("report")).write("new")
      #expect(try folder.text("report") == "new")
      let attributes = try files.attributesOfItem(atPath: folder("report"))
      #expect(attributes[.posixPermissions] as? Int == permissions)
    }
  }

  @Test func `where the file cannot be made, the old one stays`() throws {
    try withTemporaryFolder { folder in
      let name = String(repeating: "x", count: 300)
      let says = complaint { () throws(InputError) in try OutputFile(folder(name)).write("new") }
      #expect(
        says == "\(folder(name)): found File name too long; expected a file that can be written")
      let names = try folder.names
      #expect(names.isEmpty)
    }
  }

  @Test func `a symbolic link stays, and what it leads to is replaced`() throws {
    try withTemporaryFolder { folder in
      try folder.write("old", to: "target")
      let files = FileManager.default
      try files.createSymbolicLink(atPath: folder("link"), withDestinationPath: "target")
      #expect(refusal(folder("link")).contains("link, which exists; expected a new file"))
      try OutputFile(folder("link")).write("new")
      #expect(try folder.text("target") == "new")
      #expect(try files.destinationOfSymbolicLink(atPath: folder("link")) == "target")
    }
  }

  @Test(arguments: [".", "../", "nowhere/target", "itself"])
  func `a link to a folder, to nowhere or to itself is refused`(target: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        atPath: folder("itself"), withDestinationPath: target)
      let says = refusal(folder("itself"), replacing: true)
      #expect(says.hasPrefix("--output: found \(folder("itself")), "))
      #expect(says.hasSuffix("; expected a file"))
    }
  }

  @Test func `a folder is refused, even to be replaced`() throws {
    try withTemporaryFolder { folder in
      for path in [folder.path, folder.path + "/", folder("."), folder("..")] {
        #expect(
          refusal(path, replacing: true) == "--output: found \(path), a folder; expected a file")
      }
    }
  }

  @Test(arguments: ["", "/no/such/folder/report", "/dev/null/report", "/tmp/no-such-folder/"])
  func `a path that leads nowhere is refused`(path: String) {
    #expect(
      refusal(path)
        == "--output: found \"\(path)\"; expected a file in a folder that exists and can be written"
    )
  }

  // A pipe of its own, not a device: code that is broken, run by root, would replace /dev/null for
  // everybody.
  @Test func `a pipe is written through`() throws {
    try withTemporaryFolder { folder in
      try #require(mkfifo(folder("pipe"), 0o600) == 0)
      // Open for both, so that nobody waits for the other side.
      let reader = open(folder("pipe"), O_RDWR | O_NONBLOCK)
      try #require(reader >= 0)
      defer { close(reader) }
      #expect(refusal(folder("pipe")) == "no fault")
      try OutputFile(folder("pipe")).write("through")
      var bytes = [UInt8](repeating: 0, count: 100)
      let count = read(reader, &bytes, bytes.count)
      #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "through")
      #expect(try folder.names == ["pipe"])
    }
  }
}
