import Catalogue
import Projection

/// A model under a classifier of two classes, instead of scores for the vocabulary. What it is under
/// the head runs as the first stage of two, of which the second has no layers, so that nothing is
/// scored.
enum Backbone {
  /// Two updates, in a program that keeps its gradients at zero between updates, of an optimizer that
  /// makes its states in the first, as PyTorch's do.
  ///
  /// - Parameters:
  ///   - shape: the model under the head.
  ///   - recipe: how it is trained.
  ///   - holdings: what is held besides.
  static func run(
    _ shape: ModelShape, _ recipe: Recipe, holding holdings: [Holding]
  ) throws(InputError) -> StageRun {
    var layout = Layout()
    layout.pipeline = 2
    layout.partLayers = [shape.layers, 0]
    (layout.microbatch, layout.globalBatch) = (recipe.batch, recipe.batch)
    var recipe = layout.recipe(recipe)
    recipe.convention.keepsGradients = true
    // A layer of the stream's width, and one onto two scores, with their biases: h² + h and 2h + 2.
    let head = shape.hidden * shape.hidden + 3 * shape.hidden + 2
    let states = Holding(
      "classifier", [16 * head], basis: .derived,
      source: "weights, gradients and two moments of 4 bytes each")
    return try StageRun(
      shape, recipe, layout, stage: 0, holding: holdings + [states], makesStatesLate: true)
  }
}
