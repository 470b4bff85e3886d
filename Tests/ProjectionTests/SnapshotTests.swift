import Catalogue
import Foundation
@testable import Projection
import TestSupport
import Testing

@Suite struct SnapshotTests {
  private func path(_ protocolVersion: Int) -> String {
    Fixture.folder.appending(path: "snapshot-\(protocolVersion).pickle").path
  }

  @Test(arguments: 2...5)
  func `every protocol of pickle tells the same`(version: Int) throws {
    let input = try RecordedStream(path(version))
    let stream = input.stream
    // What was there before recording began comes first, in order of address.
    #expect(stream.allocations.map(\.bytes) == [4096, 300, 1000, 5_000_000])
    #expect(
      stream.steps.map(\.action) == [
        .allocate, .allocate, .requestFree, .free, .allocate, .allocate, .requestFree,
      ])
    #expect(
      stream.labels == [
        .init("unknown", "allocated before recording began"),
        .init("unknown", "forward (train.py:12)"), .init("activation", "forward (train.py:12)"),
      ])
    // At the end 2 + 2 + 20 MiB, in the middle for a while 2 + 2 + 30.
    #expect(input.recorded == .init(peakReserved: 34 << 20, allocatedBefore: 2))
  }

  @Test func `what another stream uses is active, and not allocated`() throws {
    let statistics = Simulation(try RecordedStream(path(4)).stream).statistics
    #expect(statistics.allocated.current == 512 + 5_000_192)
    #expect(statistics.active.current == 512 + 1024 + 5_000_192)
  }

  /// Reads bytes as a snapshot, and returns what is said against them.
  private func fault(_ bytes: [UInt8], device: Int? = nil) throws -> String {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(filePath: folder("snapshot")))
      let error = #expect(throws: InputError.self) {
        try RecordedStream(folder("snapshot"), device: device)
      }
      return error?.description.split(separator: "/").last.map(String.init) ?? ""
    }
  }

  private static let remedy =
    "expected a pickle of plain values, as torch.cuda.memory._dump_snapshot writes it"

  @Test func `a pickle that would run something is refused`() throws {
    // c: import builtins.eval; R would call it
    let program = Array("\u{2}cbuiltins\neval\n(X\u{1}\0\0\01tR.".utf8)
    #expect(
      try fault([0x80] + program).hasSuffix(
        "found an instruction that plain values do not need (\"c\") at byte 2; " + Self.remedy))
  }

  @Test func `a pickle may end anywhere, and is never believed`() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path(4))))
    for length in stride(from: 1, to: bytes.count, by: 7) {
      #expect(try fault(Array(bytes.prefix(length))).hasSuffix(Self.remedy), "\(length)")
    }
  }

  @Test func `bytes that are not what they should be end in one line, not in a crash`() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path(2))))
    var random = SplitMix64(seed: 5)
    try withTemporaryFolder { folder in
      for _ in 0..<400 {
        var damaged = bytes
        for _ in 0..<3 {
          damaged[Int.random(in: 1..<bytes.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        try Data(damaged).write(to: URL(filePath: folder("damaged")))
        guard let input = try? RecordedStream(folder("damaged")) else { continue }
        _ = Simulation(input.stream)
      }
    }
  }

  @Test func `lists within lists to any depth are read without recursion`() throws {
    // ] a: a list put into the one below it, a million deep
    let count = 1_000_000
    let bytes: [UInt8] =
      [0x80, 2] + Array(repeating: UInt8(ascii: "]"), count: count)
      + Array(repeating: UInt8(ascii: "a"), count: count - 1) + [UInt8(ascii: ".")]
    #expect(
      try fault(bytes)
        == "snapshot: device_traces: found nothing; expected the traces of a memory snapshot")
  }

  @Test func `the device must be one with a trace`() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path(3))))
    #expect(try fault(bytes, device: 1) == "--device: found 1; expected one of 0")
    #expect(try RecordedStream(path(3), device: 0).stream.allocations.count == 4)
  }

  @Test func `a snapshot has its workspaces`() throws {
    let error = #expect(throws: InputError.self) {
      try RecordedStream(path(3), workspace: 512)
    }
    #expect(
      error?.description
        == "--workspace: found 512 for \(path(3)), a snapshot, which has its workspaces; "
        + "expected a file of events")
  }
}
