/// Recovers the exact formula of a quantity from runs, as `assay derive` does: models of one family
/// run in many sizes, the coefficient of every product of sizes is solved for, and the result is held
/// to other runs.
///
/// - Parameters:
///   - quantity: what to find the formula of.
///   - model: a preset, or the path of a `config.json`, whose architecture all runs have.
///   - recipe: how all are trained, in everything but batch and sequence.
///   - scope: the part of the model; where nil, the one that people ask about: a block of most
///     quantities.
///   - roles: the tensors that count; all of them if nil.
/// - Returns: the formula, with the share of each tensor in every coefficient.
/// - Throws: `NoPolynomial` where there is no formula, `InputError` for a model that there is not or a
///   recipe that it cannot run, and `MissingComponent` where OpenBLAS, whose LAPACK solves for the
///   coefficients, is not installed.
public func derive(
  _ quantity: DerivableQuantity, of model: String = "gpt2", _ recipe: Recipe = Recipe(),
  scope: Claim.Scope? = nil, roles: [RolePattern]? = nil
) throws -> Formula {
  try Derivation(of: ModelShape(named: model), recipe)
    .formula(of: quantity, scope: scope, roles: roles)
}
