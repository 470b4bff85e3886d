import Catalogue
import Instrument
import Transformer
import Verification

/// One run, everything that is known of it, and what was made of it: a page for a browser that
/// needs nothing else.
public struct ReportPage: Sendable {
  let measurement: Measurement
  let data: PageData
  private let sections: [PageSection]

  /// Runs a recipe, recovers the formulas of its model, and makes a page of both.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - dry: account without computing.
  ///   - progress: called before each piece of work with what it is.
  /// - Throws: `InputError` for a recipe that the model or the machine cannot run, and
  ///   `MissingComponent` where OpenBLAS is not installed.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, dry: Bool, progress: (String) -> Void = { _ in }
  ) throws {
    try self.init(shape, recipe, dry: dry, about: [], progress)
  }

  /// The page of the reports folder: a step of GPT-2, and all that was found of the claims and of
  /// other families.
  ///
  /// - Parameters:
  ///   - verification: the claims, judged.
  ///   - families: the formulas of all families.
  ///   - progress: called before each piece of work with what it is.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public init(
    _ verification: Verification, _ families: FormulaPage, progress: (String) -> Void = { _ in }
  ) throws {
    try self.init(
      ModelShape(named: "gpt2"), Self.reference, dry: true,
      about: [try .claims(verification), .families(families)], progress)
  }

  /// A sequence that is long enough for the quadratic term to be seen.
  static let reference: Recipe = {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (2, 1024, 1)
    return recipe
  }()

  private init(
    _ shape: ModelShape, _ recipe: Recipe, dry: Bool, about: [PageSection],
    _ progress: (String) -> Void
  ) throws {
    let ledger = Ledger()
    progress("\(dry ? "account for" : "measure") \(shape.name)")
    measurement = try Measurement.run(shape, recipe, dry: dry, ledger: ledger)
    progress("recover the formulas of \(shape.name)")
    let found = try FoundFormulas(shape, recipe)
    data = PageData(measurement, ledger, found.explorer)
    sections = [.timeline, .peak, .saved] + found.sections + about
  }

  /// The page.
  ///
  /// - Throws: `EncodingError`, which would be a defect.
  public var html: String {
    get throws {
      PageTemplate(
        title: "Assay: \(measurement.model.name)",
        header: PageHeader(measurement: measurement).html, data: try data.json,
        sections: sections
      ).html
    }
  }
}

/// What could be recovered of a model, which of some recipes is nothing.
private struct FoundFormulas {
  let explorer: Explorer?
  let sections: [PageSection]

  init(_ shape: ModelShape, _ recipe: Recipe) throws {
    do {
      let own = try ModelFormulas(Derivation(of: shape, recipe))
      let explorer = try Explorer(shape, recipe)
      self.explorer = explorer
      sections = [.formulas(own), .scaling, .explorer]
    } catch let error as NoPolynomial {
      explorer = nil
      sections = [.noFormulas("\(error)")]
    } catch let error as InputError {
      explorer = nil
      sections = [.noFormulas(error.description)]
    }
  }
}
