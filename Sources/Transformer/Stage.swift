import BasicContainers
import Catalogue
import Instrument

/// What a rank holds of the model: all of it, or the parts of a pipeline stage, in the order of the
/// forward pass.
struct Stage: ~Copyable {
  var parts: UniqueArray<LanguageModel>

  /// - Parameters:
  ///   - shape: the whole model.
  ///   - seed: of the weights.
  ///   - engine: what they live on, with the rank.
  init(_ shape: ModelShape, seed: UInt64, _ engine: Engine) {
    let share = shape.share(of: engine.rank)
    parts = UniqueArray()
    for part in ModelPart.all(of: engine.rank, shape) {
      parts.append(LanguageModel(share, part, seed: seed, engine))
    }
    tie()
  }

  /// The embedding that the last stage has a copy of.
  private mutating func tie() {
    let part = parts[0].part
    if part.isFirst, part.isTied, part.stages > 1 { parts[0].embedding!.token.isTied = true }
  }

  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    for index in 0..<parts.count { parts[index].forEachParameter(body) }
  }
}
