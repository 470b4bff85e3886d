import Catalogue
import Foundation

/// An allocation stream that was read from a file, and what the file tells besides.
public struct RecordedStream: Sendable {
  /// What was allocated and given back.
  public internal(set) var stream = AllocationStream()
  /// What is known of the allocator that it was recorded with; nil if nothing is.
  public internal(set) var recorded: Simulation.Recorded?

  /// Reads a file of events (`assay.events.v1`) or a PyTorch memory snapshot.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - device: the device whose trace counts, in a snapshot of several; nil for the only one.
  ///   - workspace: bytes that the matrix products take for themselves when the first forward pass
  ///     begins; 0 for none. A snapshot has what there was.
  /// - Throws: `InputError` that says what is wrong, and where.
  public init(_ path: String, device: Int? = nil, workspace: Int = 0) throws(InputError) {
    let bytes = try Self.bytes(of: path)
    if bytes.first == 0x80 {
      guard workspace == 0 else {
        throw InputError(
          "--workspace", found: "\(workspace) for \(path), a snapshot, which has its workspaces",
          expected: "a file of events")
      }
      self = try MemorySnapshot(bytes, path).stream(of: device)
    } else {
      guard device == nil else {
        throw InputError(
          "--device", found: "\(device ?? 0) for \(path), whose events are those of one device",
          expected: "a snapshot of several")
      }
      var reader = try EventReader(bytes, path, workspace: workspace)
      stream = try reader.read()
    }
  }

  init() {}

  private static func bytes(of path: String) throws(InputError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let data = InputFile.bytes(of: path)
    else {
      throw InputError(
        path, found: isFolder.boolValue ? "a folder" : "no file that can be read",
        expected: "a file of events or a PyTorch memory snapshot")
    }
    return [UInt8](data)
  }
}
