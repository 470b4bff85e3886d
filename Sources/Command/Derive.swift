import ArgumentParser
import Catalogue
import Formulas
import Reporting
import Verification

/// `assay derive`.
struct Derive: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recovers the exact formula of a quantity from runs.",
    discussion: """
      Runs models like MODEL in many sizes, solves for the coefficient of every product of sizes, \
      and holds the result to other runs. Batch and sequence vary with the rest; those given are \
      of the run of MODEL itself, which is one that the formula is held to.

      QUANTITY is one of \(DerivableQuantity.all.map(\.name).joined(separator: ", ")). Exits with 1 \
      if no polynomial gives what was measured.
      """)

  @Argument(help: "What to find the formula of.")
  var quantity: DerivableQuantity

  @Option(
    help: "A preset, or the path of a config.json, whose architecture all runs have.",
    completion: .model)
  var model = "gpt2"

  @Option(help: "The part of the model: block, model, block.attention, head and so on.")
  var scope: Claim.Scope?

  @Option(
    help: "Only tensors of these roles, such as attention.*; may be repeated.", completion: .role)
  var role: [String] = []

  @Option(help: "A size that varies on its own, though it follows from others in MODEL: f, g or d.")
  var free: [FreeSize] = []

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    let shape = try ModelShape(named: model)
    let derivation = Derivation(
      of: shape, recipe.recipe(for: shape), free: Set(free.map(\.symbol)))
    let found = try output.during("recover the formula of \(quantity.name) from runs") { _ in
      try formula(derivation)
    }
    try output.write(FormulaReport(found))
  }

  private func formula(_ derivation: Derivation) throws -> Formula {
    let patterns = try role.map { text in
      let pattern = RolePattern(text)
      guard !pattern.roles.isEmpty else {
        throw InputError(
          "--role", found: "\"\(text)\", which no tensor has",
          expected: "a role such as attention.probabilities, or attention.*")
      }
      return pattern
    }
    do {
      return try derivation.formula(
        of: quantity, scope: scope, roles: patterns.isEmpty ? nil : patterns)
    } catch let error as NoPolynomial {
      throw Unexpected(description: error.description)
    }
  }
}

/// The sizes that follow from others in some models.
enum FreeSize: String, ExpressibleByArgument, CaseIterable {
  case f, g, d

  var symbol: StandardSymbol {
    switch self {
    case .f: .feedForward
    case .g: .kvHeads
    case .d: .headDimension
    }
  }
}

extension Claim.Scope: ExpressibleByArgument {}

extension DerivableQuantity: ExpressibleByArgument {
  /// The quantity of that name.
  public init?(argument: String) {
    guard let quantity = DerivableQuantity.named(argument) else { return nil }
    self = quantity
  }

  /// All names.
  public static var allValueStrings: [String] { all.map(\.name) }

  /// What a shell offers.
  public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
