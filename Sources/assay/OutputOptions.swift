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

  @Flag(help: "Say nothing but the report and what goes wrong.")
  var quiet = false

  /// Tells on standard error how the work goes, unless nobody wants to know.
  func note(_ text: String) {
    if !quiet { Console.note(text) }
  }

  /// Checks before any work is done that the result will have a place to go to.
  ///
  /// - Throws: `InputError` if it has none.
  func requireWritable() throws(InputError) {
    guard let output else { return }
    try OutputFile(output).requireWritable("--output", replacing: force)
  }

  /// Writes the report, all of it or nothing.
  func write(_ report: some Report) throws {
    let text = try report.rendered(as: format)
    guard let output else { return try Console.write(text) }
    try OutputFile(output).write(text)
  }
}
