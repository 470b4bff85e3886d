import Catalogue
import Instrument
import Transformer

/// The closed forms of the stages of a layout that can be the slowest or the fullest: the first, which
/// embeds, and the last, which has the head. Those in between do what both do. What replicas divide is
/// taken off the memory of those that divide nothing.
struct LayoutForm {
  let stages: [StageForm]
  private let layout: Layout

  init(_ shape: ModelShape, _ recipe: Recipe, _ layout: Layout) throws(InputError) {
    var plain = layout
    plain.virtual = 1
    plain.zero = .none
    self.layout = plain
    var stages: [StageForm] = []
    for stage in Self.stages(of: plain) {
      stages.append(try StageForm(shape, recipe, plain, stage: stage))
    }
    self.stages = stages
  }

  /// The first stage and the last.
  static func stages(of layout: Layout) -> [Int] {
    layout.pipeline == 1 ? [0] : [0, layout.pipeline - 1]
  }

  /// The most that a stage holds: the first has most micro-batches under way, the last the logits.
  /// Interleaved, a stage is ahead by two passes for each stage behind it and by all through its
  /// other parts.
  func peak(_ layout: Layout, layers: Int) -> Double {
    let each = layers / layout.pipeline
    let behind = layout.pipeline - 1
    func flights(_ ahead: Int) -> Double {
      Double(min(layout.microbatches * layout.virtual, ahead + 1)) / Double(layout.virtual)
    }
    let others = (layout.virtual - 1) * layout.pipeline
    let first = stages[0].peak(
      layers: each, flights: flights(layout.virtual == 1 ? behind : 2 * behind + others),
      probed: min(2, layout.pipeline), layout)
    guard let last = stages.dropFirst().first else { return first }
    return max(first, last.peak(layers: each, flights: flights(others), probed: 1, layout))
  }

  /// The work of these stages.
  func works(layers: Int) -> [StageWork] {
    stages.map { $0.work(layers: layers / layout.pipeline) }
  }
}
