import Foundation

/// A file that a result is written to, all of it or nothing.
public struct OutputFile: Sendable {
  private let path: String

  /// - Parameter path: as the user gave it.
  public init(_ path: String) { self.path = path }

  /// Checks before any work is done that the result will have a place to go to.
  ///
  /// - Parameters:
  ///   - origin: the option that names the file, for the message.
  ///   - replacing: whether a file that is there may be replaced.
  /// - Throws: `InputError` that says what is in the way.
  public func requireWritable(_ origin: String, replacing: Bool) throws(InputError) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
    guard !path.isEmpty, isFolder.boolValue, FileManager.default.isWritableFile(atPath: folder),
      kind != nil || path.last != "/"
    else {
      throw InputError(
        origin, found: "\"\(path)\"", expected: "a file in a folder that exists and can be written")
    }
    switch kind {
    case nil: return
    case .typeDirectory:
      throw InputError(origin, found: "\(path), a folder", expected: "a file")
    case .typeRegular:
      guard replacing else {
        throw InputError(origin, found: "\(path), which exists", expected: "a new file, or --force")
      }
    default:
      guard FileManager.default.isWritableFile(atPath: path) else {
        throw InputError(origin, found: "\(path), which cannot be written", expected: "a file")
      }
    }
  }

  /// Writes the text. A file is replaced whole; a device or a pipe is written to.
  ///
  /// - Throws: `InputError` with what the system says.
  public func write(_ text: String) throws(InputError) { try write(Data(text.utf8)) }

  /// Writes the bytes, as `write` does a text.
  ///
  /// - Throws: `InputError` with what the system says.
  public func write(_ data: Data) throws(InputError) {
    let url = URL(filePath: path).resolvingSymlinksInPath()
    do {
      if kind == nil || kind == .typeRegular {
        try data.write(to: url, options: .atomic)
      } else {
        let handle = try FileHandle(forWritingTo: url)
        try handle.write(contentsOf: data)
        try handle.close()
      }
    } catch {
      throw InputError(path, found: Self.reason(error), expected: "a file that can be written")
    }
  }

  /// What lies there now, behind symbolic links; nil if nothing does.
  private var kind: FileAttributeType? {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return attributes?[.type] as? FileAttributeType
  }

  /// What the system says of a failed operation, without Foundation's wrapping.
  static func reason(_ error: any Error) -> String {
    let error = error as NSError
    if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
    if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return reason(cause) }
    return "an error (\(error.domain) \(error.code))"
  }
}
