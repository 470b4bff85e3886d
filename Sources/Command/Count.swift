import ArgumentParser
import Catalogue
import Reporting
import Transformer

/// `assay count`.
struct Count: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Counts the parameters of a model, by component.")

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try output.write(CountReport(ParameterCount(ModelShape(named: model))))
  }
}
