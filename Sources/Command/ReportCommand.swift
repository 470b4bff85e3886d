import ArgumentParser
import Catalogue
import Formulas
import Reporting
import Verification

/// `assay report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes a page for a browser: one file, with everything that is known of a run.",
    discussion: """
      With a MODEL, of one update of it: what was alive when, the peak taken apart, what is saved, \
      and the formulas that were recovered. Without, the page of the reports folder: the same of \
      GPT-2, and all claims beside what was measured.
      """)

  @Argument(help: "A preset, or the path of a config.json.", completion: .model)
  var model: String?

  @Flag(help: "Account for the step without computing it.")
  var dry = false

  @OptionGroup var recipe: RecipeOptions

  @Option(help: "The file for the page.", completion: .file(extensions: ["html"]))
  var output = "report.html"

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  @OptionGroup var progress: ProgressOptions

  func run() throws {
    let file = OutputFile(output)
    try file.requireWritable("--output", replacing: force)
    let html = try progress.during("prepare") { line in
      try (model.map { try page($0, line) } ?? pageOfClaims(line)).html
    }
    try file.write(html)
    progress.note("wrote \(output)\n")
  }

  private func page(_ model: String, _ line: ProgressLine) throws -> ReportPage {
    let shape = try ModelShape(named: model)
    var recipe = recipe.recipe(for: shape)
    recipe.steps = self.recipe.steps ?? 1
    return try ReportPage(shape, recipe, dry: dry, progress: line.step)
  }

  private func pageOfClaims(_ line: ProgressLine) throws -> ReportPage {
    let usual = try ModelShape(named: "gpt2")
    guard !dry, recipe.recipe(for: usual) == Recipe() else {
      throw InputError(
        "report", found: "options of a run, and no MODEL", expected: "a MODEL that they are for")
    }
    line.step("judge the claims")
    let verification = try Verification(ClaimCatalogue.builtIn) { line.detail("\($0) of \($1)") }
    return try ReportPage(
      verification, FormulaPage(progress: line.step), progress: line.step)
  }
}
