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

  @Argument(help: "A preset, or the path of a config.json.")
  var model: String?

  @Flag(help: "Account for the step without computing it.")
  var dry = false

  @OptionGroup var recipe: RecipeOptions

  @Option(help: "The file for the page.")
  var output = "report.html"

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  @Flag(help: "Say nothing but what goes wrong.")
  var quiet = false

  func run() throws {
    let file = OutputFile(output)
    try file.requireWritable("--output", replacing: force)
    let page = try model.map(page) ?? ofClaims
    try file.write(page.html)
    note("wrote \(output)\n")
  }

  private func page(_ model: String) throws -> ReportPage {
    let shape = try ModelShape(named: model)
    var recipe = recipe.recipe(for: shape)
    recipe.steps = self.recipe.steps ?? 1
    return try ReportPage(shape, recipe, dry: dry) { note("\($0) …\n") }
  }

  private var ofClaims: ReportPage {
    get throws {
      let usual = try ModelShape(named: "gpt2")
      guard !dry, recipe.recipe(for: usual) == Recipe() else {
        throw InputError(
          "report", found: "options of a run, and no MODEL", expected: "a MODEL that they are for")
      }
      note("judge all claims …\n")
      let verification = try Verification(ClaimCatalogue.builtIn)
      note("recover the formulas of all families …\n")
      return try ReportPage(verification, FormulaPage()) { note("\($0) …\n") }
    }
  }

  private func note(_ text: String) {
    if !quiet { Console.note(text) }
  }
}
