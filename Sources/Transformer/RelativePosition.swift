import Catalogue
import Instrument

/// What each head adds to its scores for the distance from the query to the key, learned once for
/// all blocks of a stack (Raffel et al., arXiv 1910.10683, section 2.1).
struct RelativePosition: ~Copyable {
  /// (buckets, a).
  var table: Parameter
  private let buckets: RelativeBuckets

  private init(
    _ shape: ModelShape, buckets: RelativeBuckets, count: Int,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    let outer = engine.enter("relativePosition")
    defer { engine.leave(outer) }
    table = Parameter(
      .relativePositionTable, count, shape.heads, initialisation(.relativePositionTable),
      split: .columns(shape.heads), engine)
    self.buckets = buckets
  }

  /// Nil for a model whose positions are told otherwise.
  static func make(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) -> RelativePosition? {
    guard case .relative(let count, let furthest) = shape.architecture.position else { return nil }
    return RelativePosition(
      shape,
      buckets: RelativeBuckets(
        count: count, furthest: furthest,
        isBidirectional: shape.architecture.mask == .bidirectional),
      count: count, initialisation, engine)
  }

  /// What is added, by distance; it lives as long as a pass through the stack, and is made again for
  /// backward.
  func bias(_ step: Step, withGradients: Bool) -> RelativeBias {
    let (engine, distances) = (step.engine, 2 * step.recipe.sequence - 1)
    let outer = engine.enter("relativePosition")
    defer { engine.leave(outer) }
    let bias = RelativeBias(
      values: engine.make(
        table.columns, distances, .temporary, .distanceBias, precision: .fp32),
      gradients: withGradients
        ? engine.make(
          step.recipe.batch * table.columns, distances, .temporary, .activationGradient,
          precision: .fp32) : nil)
    switch bias.gradients {
    case .none: engine.distanceBias(into: bias.values, table: table.value, buckets)
    case .some(let gradients):
      engine.recomputing { engine.distanceBias(into: bias.values, table: table.value, buckets) }
      engine.fill(gradients, with: 0)
    }
    return bias
  }

  /// The gradient of the table, when all blocks have added theirs.
  mutating func backward(_ bias: consuming RelativeBias, _ engine: Engine) {
    guard let gradients = bias.gradients else { return }
    let buckets = buckets
    table.accumulate { table, accumulating in
      engine.distanceBiasBackward(
        table: table, accumulating: accumulating, from: gradients, buckets)
    }
  }
}

/// What heads add to their scores, by distance, in a pass through a stack.
struct RelativeBias: ~Copyable {
  /// (a, 2s-1).
  let values: Tensor
  /// In backward the sums of the scores' gradients, (b·a, 2s-1).
  let gradients: Tensor?

  /// For the ops; valid while the tensors live.
  static func places(of bias: borrowing RelativeBias?) -> DistanceBias? {
    switch bias {
    case .some(let bias): DistanceBias(bias.values, gradients: bias.gradients)
    case .none: nil
    }
  }
}
