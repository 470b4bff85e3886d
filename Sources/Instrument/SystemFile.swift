import Foundation

/// The files of `/proc` and `/sys`, in which Linux tells of itself.
enum SystemFile {
  /// The whole text of a file; nil if it is not there. Such files claim to be empty, so they are
  /// read until they end and not up to their size.
  static func text(_ path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.readToEnd()
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// The rest of the first line that begins with `key`, after its colon.
  static func value(of key: String, in path: String) -> String? {
    let lines = text(path)?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix(key) }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
  }
}
