import ArgumentParser
import Reporting
import Transformer

/// `assay diff`.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares two measurements, by category, place in the model, and role.",
    discussion: """
      The files are those of `assay measure --format json`. What is equal is left out; times are, \
      because they never are. Exits with 0 whether or not anything differs.
      """)

  @Argument(help: "The first measurement.", completion: .file(extensions: ["json"]))
  var before: String

  @Argument(help: "The second measurement.", completion: .file(extensions: ["json"]))
  var after: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    let difference = try Difference(
      Measurement(contentsOf: before), Measurement(contentsOf: after))
    try output.write(DifferenceReport(difference, before, after))
  }
}
