import Catalogue
import Instrument
import Transformer

/// The closed forms of the stages of a layout that can be the slowest or the fullest: the first,
/// which embeds, and the last, which has the head. Those in between do what both do.
struct LayoutForm {
  private let stages: [StageForm]
  /// With one part for each stage.
  let layout: Layout

  /// Recovers the forms from a layout of two stages, where there are more: neither the first nor
  /// the last does anything else for those between them.
  init(_ shape: ModelShape, _ recipe: Recipe, _ layout: Layout) throws(InputError) {
    var (plain, short) = (layout, layout)
    plain.virtual = 1
    self.layout = plain
    (short.virtual, short.pipeline) = (1, min(2, layout.pipeline))
    var stages: [StageForm] = []
    for stage in Self.stages(of: short) {
      stages.append(try StageForm(shape, recipe, Rank(firstOfStage: stage, of: short)))
    }
    self.stages = stages
  }

  /// Which stages these are.
  var stageNumbers: [Int] { Self.stages(of: layout) }

  /// The first stage and the last.
  static func stages(of layout: Layout) -> [Int] {
    layout.pipeline == 1 ? [0] : [0, layout.pipeline - 1]
  }

  /// The most that a stage holds: the first has most micro-batches under way, the last the logits.
  func peak(_ layout: Layout, layers: Int) -> Double {
    zip(stages, stageNumbers).reduce(0.0) { most, stage in
      let flights = Self.flights(layout, stage: stage.1)
      let peak = stage.0.peak(
        layers: layers / layout.pipeline, flights: min(flights, Double(layout.microbatches)),
        Self.flow(layout, flights))
      return max(most, peak)
    }
  }

  /// Micro-batches that a stage starts before the first comes back. Interleaved, it is ahead by two
  /// passes for each stage behind it and by all through its other parts.
  private static func flights(_ layout: Layout, stage: Int) -> Double {
    let behind = layout.pipeline - 1 - stage
    guard layout.virtual > 1 else { return Double(behind + 1) }
    let others = (layout.virtual - 1) * layout.pipeline
    return Double(2 * behind + others + 1) / Double(layout.virtual)
  }

  private static func flow(_ layout: Layout, _ flights: Double) -> StageForm.Flow {
    guard layout.virtual == 1 else {
      return layout.microbatches > layout.pipeline ? .steady : .shallowInterleaved
    }
    return flights < Double(layout.microbatches) ? .steady : .shallow
  }

  /// The work of these stages.
  func works(layers: Int) -> [StageWork] {
    stages.map { $0.work(layers: layers / layout.pipeline) }
  }
}
