import Catalogue
import Instrument

/// What ends a stack of blocks: a norm, in T5 dropout, and a factor of what a head reads.
struct FinalNorm: ~Copyable {
  var norm: Norm
  private let dropout: DropoutLayer?
  private let scale: Float

  /// What backward needs, besides the stream.
  struct Saved: ~Copyable {
    let norm: Norm.Saved
    let mask: Tensor?
  }

  private init(_ shape: ModelShape, _ engine: Engine) {
    norm = Norm("finalNorm", shape, engine)
    dropout =
      shape.architecture.dropsInside
      ? DropoutLayer(role: .normDropoutMask, site: .final, layer: 0) : nil
    scale = shape.architecture.headScale
  }

  /// Nil where the blocks end with norms.
  static func make(_ shape: ModelShape, _ engine: Engine) -> FinalNorm? {
    shape.architecture.hasFinalNorm ? FinalNorm(shape, engine) : nil
  }

  /// The output (R,h) for the stream (R,h) behind the last block.
  func forward(_ stream: borrowing Tensor, _ step: Step) -> Forwarded<Saved> {
    let parts = norm.forward(stream, step).parts()
    norm.keepInput(stream, step)
    let outer = step.engine.enter(norm.scopeName)
    let mask = finish(parts.output, step)
    step.engine.leave(outer)
    return Forwarded(stream: parts.output, saved: Saved(norm: parts.saved, mask: mask))
  }

  /// Dropout and the factor, in place.
  ///
  /// - Returns: the mask, where the convention keeps it.
  private func finish(_ output: borrowing Tensor, _ step: Step) -> Tensor? {
    let mask = isDropping(step) ? dropout?.forward(into: output, output, step) ?? nil : nil
    if scale != 1 { step.engine.scale(output, by: scale) }
    return mask
  }

  private func isDropping(_ step: Step) -> Bool { dropout?.isActive(step) ?? false }

  /// Calls `body` with the output, made again.
  func withOutput(
    _ saved: borrowing Saved, of stream: borrowing Tensor, _ step: Step,
    _ body: (borrowing Tensor) -> Void
  ) {
    norm.withOutput(saved.norm, of: stream, step.engine) { output in
      step.engine.recomputing { _ = finish(output, step) }
      body(output)
    }
  }

  /// Writes the gradient of the stream.
  ///
  /// - Parameters:
  ///   - streamGradient: (R,h), written; may be `gradient`.
  ///   - gradient: (R,h), of the output; overwritten where something follows the norm.
  ///   - saved: what the norm kept.
  ///   - mask: of dropout, where it was kept.
  ///   - stream: (R,h), as in forward.
  ///   - step: the step under way.
  mutating func backward(
    into streamGradient: borrowing Tensor, from gradient: borrowing Tensor,
    _ saved: borrowing Norm.Saved, mask: consuming Tensor?, of stream: borrowing Tensor,
    _ step: Step
  ) {
    let outer = step.engine.enter(norm.scopeName)
    if scale != 1 { step.engine.scale(gradient, by: scale) }
    if isDropping(step) { dropout?.backward(into: gradient, gradient, mask, step) }
    step.engine.leave(outer)
    norm.backward(
      into: streamGradient, addingResidual: false, from: gradient, saved, of: stream, step.engine)
  }
}
