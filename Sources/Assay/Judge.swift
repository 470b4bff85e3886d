/// Scores an estimator against measurement, as `assay judge` does, without leaving Swift.
///
/// The estimator is asked about models of one family: small ones, from whose estimates its formulas
/// are recovered, ordinary ones, and the published ones that are built in, by which it is scored.
///
/// ```swift
/// let score = try judge { shape, recipe in Estimate(peak: myPeak(shape, recipe)) }.score("peak")
/// ```
///
/// - Parameters:
///   - model: a preset, or the path of a `config.json`, whose architecture all models have.
///   - recipe: how all are trained, in everything but batch and sequence.
///   - estimate: what the estimator says of a model and a recipe.
/// - Returns: how near it comes in each quantity that it answers, and which terms are wrong.
/// - Throws: what the estimator throws; `InputError` for a model that there is not, or a recipe that it
///   cannot run; and `MissingComponent` where OpenBLAS is not installed.
public func judge(
  like model: String = "gpt2", _ recipe: Recipe = Recipe(),
  _ estimate: @escaping @Sendable (ModelShape, Recipe) throws -> Estimate
) throws -> Scorecard {
  try Scorecard(of: Estimator("the estimator", estimate), model: ModelShape(named: model), recipe)
}
