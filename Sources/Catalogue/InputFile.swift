import Foundation

/// What a user names to be read: a file, or a pipe or a device, which is read to its end.
public enum InputFile {
  /// More than any pipe has to tell. A device such as /dev/zero has no end.
  private static let greatestStream = 1 << 30
  private static let piece = 1 << 20

  /// The bytes; nil where there is nothing, or a folder, or what cannot be read, or has no end.
  public static func bytes(of path: String) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return FileManager.default.contents(atPath: path)
    case S_IFDIR: return nil
    default: return stream(path)
    }
  }

  /// A pipe gives what it has, and has no size that could be asked for first.
  private static func stream(_ path: String) -> Data? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    var bytes = Data()
    do {
      while let next = try file.read(upToCount: piece), !next.isEmpty {
        bytes += next
        if bytes.count > greatestStream { return nil }
      }
    } catch {
      return nil
    }
    return bytes
  }
}
