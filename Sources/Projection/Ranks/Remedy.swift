import Catalogue

/// What to change in a run that does not fit its device, so that it does.
public struct Remedy: Codable, Sendable, Equatable {
  /// The options of the command line that differ.
  public let options: String
  /// How the model is trained then.
  public let recipe: Recipe
  /// How ranks divide it then.
  public let layout: Layout
}

extension Remedy {
  /// Finds the first of these that fits: the largest micro-batch; one change to the run; all changes
  /// together, and then with twice as many ranks, and again.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is to be trained.
  ///   - layout: how ranks were to divide it.
  ///   - microbatch: the largest that fits with nothing changed; 0 for none.
  ///   - fits: whether a run fits.
  /// - Returns: nil where nothing of it does.
  /// - Throws: what `fits` throws.
  static func find(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, microbatch: Int,
    fits: (Recipe, Layout) throws(InputError) -> Bool
  ) throws(InputError) -> Remedy? {
    let start = Attempt(recipe: recipe, layout: layout)
    if microbatch > 0 { return Remedy(start.with(microbatch: microbatch), insteadOf: start) }
    for attempt in start.cheaperFirst(shape) {
      guard (try? attempt.layout.validate(for: shape, attempt.recipe)) != nil else { continue }
      if try fits(attempt.recipe, attempt.layout) {
        return Remedy(attempt, insteadOf: start)
      }
    }
    return nil
  }

  /// The options that differ, in the order of the command's help.
  private init(_ attempt: Attempt, insteadOf start: Attempt) {
    let (recipe, layout) = (attempt.recipe, attempt.layout)
    let (oldRecipe, old) = (start.recipe, start.layout)
    let changes = [
      ("--attention \(recipe.attention.rawValue)", recipe.attention != oldRecipe.attention),
      ("--recompute \(recipe.recompute.rawValue)", recipe.recompute != oldRecipe.recompute),
      ("--tensor \(layout.tensor)", layout.tensor != old.tensor),
      ("--sequence-parallel", layout.sequenceParallel != old.sequenceParallel),
      ("--pipeline \(layout.pipeline)", layout.pipeline != old.pipeline),
      ("--zero \(layout.zero.rawValue)", layout.zero != old.zero),
      ("--microbatch \(layout.microbatch)", layout.microbatch != old.microbatch),
      ("--global-batch \(layout.globalBatch)", layout.globalBatch != old.globalBatch),
    ]
    options = changes.filter(\.1).map(\.0).joined(separator: " ")
    self.recipe = recipe
    self.layout = layout
  }
}

/// A run that may fit.
private struct Attempt {
  var recipe: Recipe
  var layout: Layout

  /// Most ranks that share a layer: those of a node.
  private static let mostTensor = 8
  /// Most stages that are tried.
  private static let mostPipeline = 64

  func with(microbatch: Int) -> Attempt {
    var changed = self
    changed.layout.globalBatch = layout.globalBatch / layout.microbatch * microbatch
    changed.layout.microbatch = microbatch
    return changed
  }

  /// What may be tried in turn; what costs little time comes first.
  func cheaperFirst(_ shape: ModelShape) -> [Attempt] {
    let changes = changes
    var attempts = changes.map { changed(by: [$0]) }
    var all = changed(by: changes)
    attempts.append(all)
    while let larger = all.withMoreRanks(shape) {
      all = larger
      attempts.append(all)
    }
    return attempts
  }

  private func changed(by changes: [(inout Attempt) -> Void]) -> Attempt {
    var attempt = self
    for change in changes { change(&attempt) }
    return attempt
  }

  private var changes: [(inout Attempt) -> Void] {
    var changes: [(inout Attempt) -> Void] = []
    if recipe.attention == .eager { changes.append { $0.recipe.attention = .flash } }
    if layout.tensor > 1 { changes.append { $0.layout.sequenceParallel = true } }
    if layout.data > 1 {
      for zero in Layout.ZeRO.allCases where zero > layout.zero {
        changes.append { $0.layout.zero = zero }
      }
    }
    if recipe.recompute != .full { changes.append { $0.recipe.recompute = .full } }
    return changes
  }

  /// Twice the ranks that share a layer, as far as a node goes and heads and vocabulary
  /// allow it; or twice the stages.
  private func withMoreRanks(_ shape: ModelShape) -> Attempt? {
    var changed = self
    let (tensor, pipeline) = (2 * layout.tensor, 2 * layout.pipeline)
    if tensor <= Self.mostTensor, shape.kvHeads.isMultiple(of: tensor),
      shape.vocabulary.isMultiple(of: tensor)
    {
      changed.layout.tensor = tensor
    } else if pipeline <= Self.mostPipeline,
      shape.layers.isMultiple(of: pipeline * layout.virtual)
    {
      changed.layout.pipeline = pipeline
    } else {
      return nil
    }
    return changed
  }
}
