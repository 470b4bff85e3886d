import Catalogue
import Transformer

/// A model and how it is trained: what an estimator is asked about.
struct EstimatorConfiguration: Encodable, Sendable {
  var schema = "assay.configuration.v1"
  let model: ModelShape
  let recipe: Recipe

  /// What a dry run of two updates has: the second is like all that follow.
  func measured() throws -> Measurement {
    var recipe = recipe
    recipe.steps = 2
    return try Measurement.run(model, recipe, dry: true)
  }

  /// The sizes by symbol.
  var symbols: [String: Int] {
    Case(shape: model, batch: recipe.batch, sequence: recipe.sequence, isReal: false).symbols
  }
}
