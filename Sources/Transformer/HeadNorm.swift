import Catalogue
import Instrument

/// RMS norm of each head's queries, or of its keys, before they are turned (Dehghani et al., arXiv
/// 2302.05442, section 2; Qwen3).
struct HeadNorm: ~Copyable {
  var norm: Norm
  private let part: HeadPart
  private let count: Int

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor
    let norm: Norm.Saved
  }

  init(_ part: HeadPart, _ shape: ModelShape, _ engine: Engine) {
    self.part = part
    count = part == .query ? shape.heads : shape.kvHeads
    norm = Norm(
      part == .query ? "queryNorm" : "keyNorm", shape, width: shape.headDimension, engine)
  }

  /// Normalises its part of `heads` (R,(a+2g)d) in place.
  func forward(_ heads: borrowing Tensor, _ step: Step) -> Saved {
    let (engine, shape) = (step.engine, step.attentionShape)
    let input = engine.make(
      heads.rows * count, step.shape.headDimension, .activation, .normInput)
    norm.keepInput(input, step)
    engine.copyOut(into: input, heads, part, shape)
    let parts = norm.forward(input, step).parts()
    engine.copyBack(into: heads, parts.output, part, shape)
    return Saved(input: input, norm: parts.saved)
  }

  /// Turns its part of `gradient` (R,(a+2g)d) into the gradient before the norm, in place.
  mutating func backward(_ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step) {
    let (engine, shape) = (step.engine, step.attentionShape)
    let part = engine.make(
      saved.input.rows, saved.input.columns, .temporary, .activationGradient)
    engine.copyOut(into: part, gradient, self.part, shape)
    norm.backward(
      into: part, addingResidual: false, from: part, saved.norm, of: saved.input, engine)
    engine.copyBack(into: gradient, part, self.part, shape)
  }
}
