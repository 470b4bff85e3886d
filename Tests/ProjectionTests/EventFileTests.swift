import Catalogue
import Foundation
@testable import Projection
import TestSupport
import Testing

@Suite struct EventFileTests {
  private func read(_ text: String, workspace: Int = 0) throws -> RecordedStream {
    try withTemporaryFolder { folder in
      try RecordedStream(try folder.write(text, to: "events.csv"), workspace: workspace)
    }
  }

  @Test func `three columns are enough, in any order, among others`() throws {
    let stream = try read(
      "assay.events.v1,bytes,kind,colour,tensor\n0,512,allocate,red,7\r\n\n1,-512,free,,7\n"
    ).stream
    #expect(stream.allocations == [.init(bytes: 512, stream: 0)])
    #expect(stream.steps.map(\.action) == [.allocate, .free])
    #expect(stream.labels == [.init("unknown", "unknown")])
  }

  @Test func `a byte-order mark before the headings is skipped`() throws {
    let stream = try read("\u{FEFF}assay.events.v1,kind,tensor,bytes\n0,allocate,7,512\n").stream
    #expect(stream.allocations == [.init(bytes: 512, stream: 0)])
  }

  @Test func `events are those of one device`() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write("assay.events.v1,kind,tensor,bytes\n", to: "events.csv")
      let error = #expect(throws: InputError.self) { try RecordedStream(path, device: 0) }
      #expect(
        error?.description
          == "--device: found 0 for \(path), whose events are those of one device; "
          + "expected a snapshot of several")
    }
  }

  @Test func `category, path and stream are read where they are`() throws {
    let stream = try read(
      """
      assay.events.v1,kind,tensor,bytes,category,path,stream
      0,allocate,0,8,parameter,a,3
      1,retag,0,0,parameter,b,3
      2,allocate,1,9,input,c,0
      """
    ).stream
    #expect(stream.allocations == [.init(bytes: 8, stream: 3), .init(bytes: 9, stream: 0)])
    #expect(stream.labels.map(\.path) == ["a", "b", "c"])
    #expect(stream.steps.map(\.label) == [0, 1, 2])
  }

  @Test func `a workspace comes before the first event that is not of loading`() throws {
    let text = """
      assay.events.v1,kind,tensor,bytes,phase
      0,allocate,0,8,load
      1,allocate,1,9,forward
      """
    let bytes = try read(text, workspace: 77).stream.allocations.map(\.bytes)
    #expect(bytes == [8, 77, 9])
  }

  private static let head = "assay.events.v1,kind,tensor,bytes\n"

  @Test(arguments: [
    (
      "",
      "found a file that begins with nothing; "
        + "expected the headings of assay.events.v1, or a pickle of PyTorch"
    ),
    (
      "{\"schema\": 1}",
      "found a file that begins with {\"schema\": 1}; "
        + "expected the headings of assay.events.v1, or a pickle of PyTorch"
    ),
    (
      "assay.events.v1,kind,bytes\n",
      ":1: tensor: found no such column; expected kind, tensor and bytes"
    ),
    (head + "0,allocate,1\n", ":2: found 3 values; expected 4, one for each heading"),
    (head + "0,allocate,x,1\n", ":2: tensor: found x; expected an integer"),
    (head + "0,allocate,1,\n", ":2: bytes: found nothing; expected an integer"),
    (head + "0,allocate,1,-1\n", ":2: bytes: found -1; expected 0 to 70368744177664"),
    (head + "0,grow,1,1\n", ":2: kind: found grow; expected allocate, free or retag"),
    (head + "0,free,1,1\n", ":2: tensor: found 1; expected one that is allocated"),
    (
      head + "0,allocate,1,1\n1,allocate,1,1\n",
      ":3: tensor: found 1; expected one that is not allocated yet"
    ),
  ])
  func `a fault is named with its line and column`(text: String, says: String) throws {
    let error = #expect(throws: InputError.self) { try read(text) }
    #expect(error?.description.hasSuffix(says) == true, "\(error?.description ?? "")")
  }
}
