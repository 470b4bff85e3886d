import Catalogue
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

  /// Checks that no two results go to one file.
  ///
  /// - Parameter files: the file of each option; nil where the option is not given.
  /// - Throws: `InputError` that names two options with the same file.
  public static func requireDistinct(
    _ files: [(option: String, path: String?)]
  ) throws(InputError) {
    var options: [String: String] = [:]
    for case (let option, let path?) in files {
      let kind = OutputFile(path).kind
      guard kind == nil || kind == .typeRegular else { continue }
      let target = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
      if let other = options.updateValue(option, forKey: target) {
        throw InputError(
          option, found: "\(path), which is the file of \(other), too",
          expected: "a file of its own")
      }
    }
  }

  /// Writes the text. A file is replaced whole, and keeps its permissions; a device or a pipe is
  /// written to.
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
        try replace(url.path, with: data)
      } else {
        let handle = try FileHandle(forWritingTo: url)
        try handle.write(contentsOf: data)
        try handle.close()
      }
    } catch {
      throw InputError(path, found: Self.reason(error), expected: "a file that can be written")
    }
  }

  /// Writes a draft beside the file and puts it in its place. The draft never has permissions that
  /// the file has not.
  private func replace(_ target: String, with data: Data) throws {
    let permissions = (attributes?[.posixPermissions] as? NSNumber).map { mode_t($0.uint16Value) }
    let folder = URL(filePath: target).deletingLastPathComponent()
    let draft = folder.appending(path: ".assay-\(UUID())").path
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions ?? 0o666)
    try Self.require(descriptor >= 0)
    do {
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      if let permissions { try Self.require(fchmod(descriptor, permissions) == 0) }
      try handle.write(contentsOf: data)
      try handle.close()
      try Self.require(rename(draft, target) == 0)
    } catch {
      unlink(draft)
      throw error
    }
  }

  private static func require(_ succeeded: Bool) throws {
    guard !succeeded else { return }
    throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
  }

  /// What lies there now, behind symbolic links; nil if nothing does.
  private var kind: FileAttributeType? { attributes?[.type] as? FileAttributeType }

  private var attributes: [FileAttributeKey: Any]? {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    return try? FileManager.default.attributesOfItem(atPath: target)
  }

  /// What the system says of a failed operation, without Foundation's wrapping.
  static func reason(_ error: any Error) -> String {
    let error = error as NSError
    if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
    if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return reason(cause) }
    return "an error (\(error.domain) \(error.code))"
  }
}
