import ArgumentParser
import Reporting

/// `assay hardware`.
struct Hardware: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the devices that are built in, with their sources.",
    discussion: """
      Peaks are those of dense work; peaks with sparsity stand apart. --format markdown and json \
      have the source of every number.
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try output.write(HardwareReport())
  }
}
