import Catalogue
import Formulas
import Transformer
import Verification

/// The facts as they are now.
extension Baseline {
  /// What a check covers unless models are named: miniatures of a decoder of each norm.
  public static let models = ["gpt2-mini", "llama-mini"]

  /// Measures everything that is built in: counts of all presets, verdicts on all claims, and
  /// formulas and bytes of `models`.
  ///
  /// - Parameter progress: called before each piece of work with what it is.
  /// - Throws: `MissingComponent` without OpenBLAS.
  public static func measured(progress: (String) -> Void = { _ in }) throws -> Baseline {
    var baseline = try measured(models.map { try ModelShape(named: $0) }, progress: progress)
    progress("judge the claims")
    baseline.facts[.counts] = Dictionary(
      uniqueKeysWithValues: Preset.all.map { ($0.shape.name, count($0.shape)) })
    baseline.facts[.verdicts] = try Verification(ClaimCatalogue.builtIn).verdicts.mapValues {
      ["verdict": $0.rawValue]
    }
    return baseline
  }

  /// Measures models: parameters, formulas and bytes.
  ///
  /// - Parameters:
  ///   - models: which ones.
  ///   - progress: called before each piece of work with what it is.
  /// - Throws: `MissingComponent` without OpenBLAS.
  public static func measured(
    _ models: [ModelShape], progress: (String) -> Void = { _ in }
  ) throws -> Baseline {
    var facts: [Kind: [String: [String: String]]] = [:]
    for shape in models {
      facts[.counts, default: [:]][shape.name] = count(shape)
      for recipe in recipes(for: shape) {
        let subject = "\(shape.name), \(recipe.inWords)"
        progress("measure \(subject)")
        facts[.bytes, default: [:]][subject] = try bytes(shape, recipe)
        facts[.formulas, default: [:]][subject] = try formula(shape, recipe)
      }
    }
    return Baseline(facts)
  }

  private static func count(_ shape: ModelShape) -> [String: String] {
    ["parameters": "\(ParameterCount(shape).total)"]
  }

  /// Every convention in 32 and in 16 bits, with either attention, with dropout; what a model cannot
  /// run is left out.
  private static func recipes(for shape: ModelShape) -> [Recipe] {
    var recipes: [Recipe] = []
    for convention in Convention.all {
      for precision in [TrainingPrecision.fp32, .bf16] {
        for attention in Recipe.Attention.allCases {
          var recipe = Recipe()
          (recipe.batch, recipe.sequence) = (2, min(64, shape.positions))
          (recipe.convention, recipe.precision) = (convention, precision)
          (recipe.attention, recipe.dropout, recipe.steps) = (attention, 0.1, 1)
          recipes.append(recipe)
        }
      }
    }
    return recipes.filter { (try? $0.validate(for: shape)) != nil }
  }

  private static func bytes(_ shape: ModelShape, _ recipe: Recipe) throws -> [String: String] {
    let measurement = try Measurement.run(shape, recipe, dry: true)
    let figures = MeasurementReport(measurement).figures.map { ($0, "\($1)") }
    return Dictionary(figures + [("bytes.peak.path", measurement.bytes.peak.path)]) { $1 }
  }

  /// What a block keeps for backward: its formula, and the share of every tensor in every term.
  private static func formula(_ shape: ModelShape, _ recipe: Recipe) throws -> [String: String] {
    do {
      let formula = try Derivation(of: shape, recipe).formula(of: .savedForBackward)
      let shares = formula.terms.flatMap { term in
        term.roles.map { role, share in ("\(term.monomial): \(role)", share.description) }
      }
      return Dictionary(shares + [("savedForBackward of a block", formula.expression)]) { $1 }
    } catch let none as NoPolynomial {
      return ["savedForBackward of a block": "none: \(none.description)"]
    }
  }
}

extension Recipe {
  /// What differs between the recipes of a check.
  fileprivate var inWords: String {
    "\(convention.name), \(precision.rawValue), \(attention.rawValue)"
  }
}
