import Catalogue
import Formulas
import Transformer
import Verification

extension Explorer {
  /// Recovers the formulas, and makes the runs that they are held to.
  ///
  /// - Parameters:
  ///   - shape: the model whose family it is, and whose sizes the sliders show first.
  ///   - recipe: how it is trained, apart from what can be chosen.
  /// - Throws: `NoPolynomial` where a quantity other than the peak has no formula, `InputError` for
  ///   a recipe that the family cannot run, `MissingComponent` where OpenBLAS is not installed.
  init(_ shape: ModelShape, _ recipe: Recipe) throws {
    let family = Derivation(of: shape, recipe)
    let runs = ExplorerRuns(family, recipe)
    choices = Choices(
      precision: TrainingPrecision.allCases, attention: Recipe.Attention.allCases,
      recompute: [.none, .selective, .full])
    sizes = family.sizes.filter { $0 != .positions }.map {
      Size(symbol: $0, meaning: $0.meaning, value: runs.start.sizes[$0.rawValue] ?? 1)
    }
    relations = family.relations
    start = runs.start
    var found = FormulasByWay()
    for way in choices.ways { try found.add(shape, way.changed(recipe), isOwn: recipe) }
    (held, saved) = (found.held, found.saved)
    (peak, flops) = (found.peak, found.flops)
    points = try runs.points()
    lines = try runs.lines()
  }
}

extension Explorer.Choices {
  /// A way to run.
  struct Way {
    let precision: TrainingPrecision
    let attention: Recipe.Attention
    let recompute: Recompute

    func changed(_ recipe: Recipe) -> Recipe {
      var recipe = recipe
      (recipe.precision, recipe.attention) = (precision, attention)
      recipe.recompute = recompute
      return recipe
    }
  }

  /// Every combination.
  var ways: [Way] {
    precision.flatMap { precision in
      attention.flatMap { attention in
        recompute.map { Way(precision: precision, attention: attention, recompute: $0) }
      }
    }
  }
}

/// Collects formulas, each under the choices that it depends on.
private struct FormulasByWay {
  var held: [String: [String: [Explorer.Tensor]]] = [:]
  var saved: [String: [PageTerm]] = [:]
  var peak: [String: [[PageTerm]]] = [:]
  var flops: [String: Explorer.FLOPs] = [:]

  /// - Parameter own: the recipe of the page, whose precision is the one that peaks are derived in:
  ///   in 16 bits a peak is rarely a polynomial, and to find that out takes longer than all else.
  mutating func add(_ shape: ModelShape, _ recipe: Recipe, isOwn own: Recipe) throws {
    let derivation = Derivation(of: shape, recipe)
    let precision = recipe.precision.rawValue
    let work = "\(recipe.attention.rawValue) \(recipe.recompute.rawValue)"
    if held[precision] == nil { held[precision] = try Self.held(derivation) }
    saved["\(precision) \(work)"] = try Self.terms(.savedForBackward, derivation)
    if flops[work] == nil {
      flops[work] = Explorer.FLOPs(
        forward: try Self.terms(.forwardFLOPs, derivation),
        backward: try Self.terms(.backwardFLOPs, derivation),
        recompute: try Self.terms(.recomputeFLOPs, derivation))
    }
    if recipe.precision == own.precision {
      peak["\(precision) \(work)"] = try Self.peak(derivation)
    }
  }

  private static func terms(
    _ quantity: DerivableQuantity, _ derivation: Derivation
  ) throws -> [PageTerm] {
    try derivation.formula(of: quantity, scope: .model).terms.pageTerms
  }

  private static func peak(_ derivation: Derivation) throws -> [[PageTerm]]? {
    do {
      return try derivation.formula(of: .peak, scope: .model).pieces?.map { try $0.terms.pageTerms }
    } catch is NoPolynomial {
      return nil
    }
  }

  private static func held(_ derivation: Derivation) throws -> [String: [Explorer.Tensor]] {
    let quantities: [(Category, RunAccount.Quantity)] = [
      (.parameter, .parameters), (.gradient, .gradients), (.optimizerState, .optimizerState),
    ]
    return try quantities.reduce(into: [:]) { held, quantity in
      held[quantity.0.rawValue] = try derivation.tensors(of: quantity.1).map {
        Explorer.Tensor(
          place: $0.place, role: $0.role, width: $0.width, elements: $0.elements.pageTerms,
          tensors: $0.tensors.pageTerms)
      }
    }
  }
}
