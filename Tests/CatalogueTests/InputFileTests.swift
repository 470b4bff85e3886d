import Catalogue
import Foundation
import TestSupport
import Testing

@Suite struct InputFileTests {
  @Test func `a pipe is read to its end`() throws {
    let pipe = Pipe()
    // Less than a pipe holds, so that nobody waits.
    let text = Data(repeating: 7, count: 5000)
    try pipe.fileHandleForWriting.write(contentsOf: text)
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(InputFile.bytes(of: path) == text)
  }

  @Test func `a file is read whole, and a folder or nothing not at all`() throws {
    try withTemporaryFolder { folder in
      let file = try folder.write("text", to: "file")
      #expect(InputFile.bytes(of: file) == Data("text".utf8))
      #expect(InputFile.bytes(of: folder.path) == nil)
      #expect(InputFile.bytes(of: folder("none")) == nil)
    }
  }
}
