import BigInt
import Catalogue
import Formulas
import Transformer

/// A model and a batch at which claims are held to a run.
struct Case: Sendable {
  let shape: ModelShape
  let batch: Int
  let sequence: Int
  /// Whether the run computes; otherwise it is too large to.
  let isReal: Bool

  /// The sizes, by their symbols in formulas.
  var symbols: [String: Int] {
    [
      "b": batch, "s": sequence, "h": shape.hidden, "a": shape.heads, "l": shape.layers,
      "V": shape.vocabulary, "f": shape.feedForward, "g": shape.kvHeads,
      "d": shape.headDimension, "T": shape.positions,
    ]
  }

  /// The recipe of the run, with the options that a claim assumes.
  ///
  /// - Throws: `InputError` for an option that no run has.
  func recipe(_ convention: Convention, _ options: [String: String]) throws(InputError) -> Recipe {
    var recipe = Recipe()
    recipe.batch = batch
    recipe.sequence = sequence
    recipe.convention = convention
    recipe.steps = 1
    for (option, value) in options.sorted(by: { $0.key < $1.key }) {
      switch option {
      case "attention": recipe.attention = try Self.parsed(option, value)
      case "precision": recipe.precision = try Self.parsed(option, value)
      case "gradient-precision": recipe.gradientPrecision = try Self.parsed(option, value)
      case "state-precision": recipe.statePrecision = try Self.parsed(option, value)
      case "optimizer": recipe.optimizer = try Self.parsed(option, value)
      case "recompute":
        guard let mode = Recompute(rawValue: value) else {
          let spellings = Recompute.spellings.joined(separator: ", ")
          throw InputError("recipe", field: option, found: value, expected: "one of \(spellings)")
        }
        recipe.recompute = mode
      case "convention": recipe.convention = Convention.named(value) ?? convention
      case _ where Self.layoutOptions.contains(option): break
      case "dropout": recipe.dropout = try Self.number(option, value)
      case "accumulate": recipe.accumulate = try Self.number(option, value)
      default:
        throw InputError(
          "recipe", field: option, found: value,
          expected: "accumulate, attention, dropout, gradient-precision, optimizer, precision, "
            + "recompute or state-precision")
      }
    }
    return recipe
  }

  private static func number<Value: LosslessStringConvertible>(
    _ option: String, _ value: String
  ) throws(InputError) -> Value {
    guard let number = Value(value) else {
      throw InputError("recipe", field: option, found: value, expected: "a number")
    }
    return number
  }

  private static func parsed<Choice: RawRepresentable & CaseIterable>(
    _ option: String, _ value: String
  ) throws(InputError) -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: value) { return choice }
    let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw InputError("recipe", field: option, found: value, expected: "one of \(choices)")
  }
}
