import ArgumentParser
import Catalogue
import Foundation
import Reporting

extension Format: ExpressibleByArgument {}

/// Where a report goes, and in which format.
struct OutputOptions: ParsableArguments {
  @Option(help: "The format of the report.")
  var format = Format.text

  @Option(help: "A file for the report, instead of standard output.")
  var output: String?

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  /// Checks before any work is done that the result will have a place to go to.
  ///
  /// - Throws: `InputError` if the file exists, or its folder does not.
  func requireWritable() throws(InputError) {
    guard let output else { return }
    let folder = URL(filePath: output).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw InputError("--output", found: "\(output)", expected: "a file in a folder that exists")
    }
    guard force || !FileManager.default.fileExists(atPath: output) else {
      throw InputError(
        "--output", found: "\(output), which exists", expected: "a new file, or --force")
    }
  }

  /// Writes the report, all of it or nothing.
  func write(_ report: some Report) throws {
    let text = try report.rendered(as: format)
    guard let output else {
      FileHandle.standardOutput.write(Data(text.utf8))
      return
    }
    try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
  }
}
