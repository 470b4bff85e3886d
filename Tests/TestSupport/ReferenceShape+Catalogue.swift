import Catalogue

extension ReferenceShape {
  /// The model.
  public func model() throws -> ModelShape {
    try ModelShape(
      name: description, layers: layers, hidden: hidden, heads: heads, feedForward: feedForward,
      vocabulary: vocabulary, positions: positions)
  }

  /// A recipe for its batch.
  public func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
    var recipe = Recipe()
    recipe.batch = batch
    recipe.sequence = sequence
    change(&recipe)
    return recipe
  }
}
