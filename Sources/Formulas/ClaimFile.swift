import Foundation

/// A file of claims before it is read.
struct ClaimFile {
  /// For errors.
  let name: String
  let text: String

  /// A hundred times the largest catalogue; and reading takes memory for each byte many times over.
  private static let greatestSize = 4 << 20

  /// - Throws: `ClaimError` where the bytes are too many, or no text.
  init(name: String, bytes: [UInt8]) throws(ClaimError) {
    self.name = name
    guard bytes.count <= Self.greatestSize else {
      throw Self.error(
        name, found: "more than \(Self.greatestSize >> 20) MiB",
        expected: "a file of at most \(Self.greatestSize >> 20) MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Self.error(name, found: "bytes that are not UTF-8", expected: "YAML in UTF-8")
    }
    self.text = text
  }

  /// Reads a file, or a pipe to its end.
  ///
  /// - Throws: `ClaimError`, also where there is none.
  init(contentsOf path: String) throws(ClaimError) {
    var bytes: [UInt8] = []
    do {
      guard let file = FileHandle(forReadingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
      defer { try? file.close() }
      // A pipe gives what it has; and has no size that could be asked for first.
      while bytes.count <= Self.greatestSize,
        let next = try file.read(upToCount: Self.greatestSize + 1 - bytes.count), !next.isEmpty
      {
        bytes += next
      }
    } catch {
      throw Self.error(path, found: "no file that can be read", expected: "a YAML file with claims")
    }
    try self.init(name: path, bytes: bytes)
  }

  private static func error(_ name: String, found: String, expected: String) -> ClaimError {
    ClaimError(
      file: name, line: nil, column: nil, claim: nil, field: nil, found: found, expected: expected)
  }
}
