import Catalogue
import Foundation

/// A file of measurements.
enum TextFile {
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// What it holds.
  static func bytes(_ path: String) throws(InputError) -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(path, found: "no file that can be read", expected: "a file of measurements")
    }
    return data
  }
}
