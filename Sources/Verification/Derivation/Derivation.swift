import Catalogue
import Formulas
import Transformer

/// Recovers formulas from runs of models that differ in their sizes only.
///
/// It knows no formula in advance. Runs are kept, so that several quantities of a family cost little
/// more than one.
public final class Derivation {
  let family: ShapeFamily
  let recipe: Recipe
  private var accounts: [String: [RunAccount.Item]] = [:]

  /// - Parameters:
  ///   - model: whose architecture is kept. Sizes that follow from others in it do so in the whole
  ///     family.
  ///   - recipe: how all models are run, in everything but batch and sequence.
  ///   - free: sizes that are to vary on their own, even if they follow from others in `model`.
  public init(of model: ModelShape, _ recipe: Recipe, free: Set<StandardSymbol> = []) {
    family = ShapeFamily(of: model, free: free)
    var recipe = recipe
    recipe.steps = 1
    recipe.text = nil
    self.recipe = recipe
  }

  /// The formula of a quantity.
  ///
  /// - Parameters:
  ///   - quantity: what is measured.
  ///   - scope: the part of the model; the quantity's own if nil.
  ///   - roles: the tensors that count; all of them if nil.
  /// - Throws: `NoPolynomial` where there is none, `InputError` for a recipe that the family cannot
  ///   run, and `MissingComponent` where OpenBLAS is not installed.
  public func formula(
    of quantity: DerivableQuantity, scope: Claim.Scope? = nil, roles: [RolePattern]? = nil
  ) throws -> Formula {
    let scope = scope ?? quantity.scope
    let selected = SelectedQuantity(quantity, scope, roles)
    if case .peak = quantity.source { return try peak(selected) }
    let fit = try PolynomialFit(over: family) { point in
      try self.amounts(selected, self.case_(at: point))
    }
    return try Formula(selected, self, fit.formulas, fit.points)
  }

  /// The run of these sizes; a few of them compute.
  func case_(at point: SizePoint) -> Case {
    let member = family.member(at: point)
    return Case(
      shape: member.shape, batch: member.batch, sequence: member.sequence,
      isReal: family.realPoints.contains(point))
  }

  /// What a run has of each part.
  func amounts(_ selected: SelectedQuantity, _ case_: Case) throws -> [Selection.Part: Int] {
    switch selected.quantity.source {
    case .training(let quantity):
      let items = try items("training", case_) { try RunAccount($0, $1, dry: $2).items }
      return selected.amounts(items, quantity)
    case .generation(let quantity):
      let items = try items("generation", case_, RunAccount.cacheItems(_:_:dry:))
      return selected.amounts(items, quantity)
    case .peak: preconditionFailure("a peak is not the sum of parts of a run")
    }
  }

  func items(
    _ kind: String, _ case_: Case,
    _ run: (ModelShape, Recipe, _ dry: Bool) throws -> [RunAccount.Item]
  ) throws -> [RunAccount.Item] {
    let key = "\(kind) \(case_.symbols.listed) \(case_.isReal)"
    if let known = accounts[key] { return known }
    let items = try run(case_.shape, recipe(case_), !case_.isReal)
    accounts[key] = items
    return items
  }

  /// The recipe with the batch and sequence of a run.
  func recipe(_ case_: Case) -> Recipe {
    var recipe = recipe
    recipe.batch = case_.batch
    recipe.sequence = case_.sequence
    return recipe
  }
}
