import ArgumentParser
import Catalogue
import Reporting

extension Format: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}

/// Where a report goes, and in which format.
struct OutputOptions: ParsableArguments {
  @Option(help: "The format of the report.")
  var format = Format.text

  @Option(help: "A file for the report, instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  @Option(help: "When text on standard output has colours; auto heeds NO_COLOR.")
  var color = ColorChoice.auto

  @OptionGroup var progress: ProgressOptions

  /// Tells something worth knowing on standard error, unless nobody wants to know.
  func note(_ text: String) { progress.note(text) }

  /// Does some work, and tells on a terminal how it goes.
  func during<Result>(_ task: String, _ work: (ProgressLine) throws -> Result) rethrows -> Result {
    try progress.during(task, work)
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
    if let output { return try OutputFile(output).write(report.rendered(as: format)) }
    try Console.write(report.rendered(as: format, on: .standardOutput(color)))
  }
}
