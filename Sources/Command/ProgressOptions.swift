import ArgumentParser
import Reporting

/// What is told on standard error.
struct ProgressOptions: ParsableArguments {
  @Flag(help: "Say nothing but the report and what goes wrong.")
  var quiet = false

  /// Tells something worth knowing, unless nobody wants to know.
  func note(_ text: String) {
    if !quiet { Console.note(text) }
  }

  /// Does some work, and tells on a terminal how it goes.
  func during<Result>(_ task: String, _ work: (ProgressLine) throws -> Result) rethrows -> Result {
    try ProgressLine.during(task, isQuiet: quiet, work)
  }
}
