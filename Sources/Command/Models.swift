import ArgumentParser
import Reporting

/// `assay models`.
struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the models that are built in, counted.")

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try output.write(ModelsReport())
  }
}
