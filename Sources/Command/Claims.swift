import ArgumentParser
import Formulas
import Reporting

/// `assay claims`.
struct Claims: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the claims that are built in, or those of a file.",
    discussion: ClaimsGuide.text)

  @Option(help: "A file of claims of your own.", completion: .file(extensions: ["yaml", "yml"]))
  var claims: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    try output.write(ClaimsReport(Self.catalogue(claims)))
  }

  /// The claims of a file; those that are built in without one.
  static func catalogue(_ path: String?) throws -> ClaimCatalogue {
    guard let path else { return try ClaimCatalogue.builtIn }
    do {
      return try ClaimCatalogue(contentsOf: path)
    } catch {
      throw error.inputError
    }
  }
}
