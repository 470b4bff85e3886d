import Catalogue
import Instrument

/// Dropout of a whole tensor, at one place of the model. Its mask is kept as bytes, or made again
/// from its seed, as the convention says.
struct DropoutLayer {
  /// The name of the mask.
  let role: TensorRole
  let site: Step.DropoutSite
  let layer: Int

  /// Whether anything is dropped in this step.
  func isActive(_ step: Step) -> Bool { dropout(step).isActive }

  /// Writes the input with elements dropped; `output` may be `input` itself.
  ///
  /// - Returns: the mask, where the convention keeps it.
  func forward(into output: borrowing Tensor, _ input: borrowing Tensor, _ step: Step) -> Tensor? {
    let mask = step.engine.make(
      input.rows, input.columns, .activation, role, precision: .int8)
    step.engine.dropoutMask(mask, dropout(step))
    step.engine.applyDropout(into: output, input, mask: mask, dropout(step))
    return mask.kept(if: step.convention.dropoutMask == .byte)
  }

  /// Writes the gradient of the input; it may be that of the output itself.
  func backward(
    into inputGradient: borrowing Tensor, _ gradient: borrowing Tensor, _ kept: consuming Tensor?,
    _ step: Step
  ) {
    let mask = mask(kept, like: gradient, step)
    step.engine.applyDropout(into: inputGradient, gradient, mask: mask, dropout(step))
  }

  private func dropout(_ step: Step) -> Dropout { step.dropout(site, layer: layer) }

  /// The mask: as it was kept, or made again.
  private func mask(
    _ kept: consuming Tensor?, like gradient: borrowing Tensor, _ step: Step
  ) -> Tensor {
    if let kept { return kept }
    let mask = step.engine.make(
      gradient.rows, gradient.columns, .temporary, role, precision: .int8)
    step.engine.recomputing { step.engine.dropoutMask(mask, dropout(step)) }
    return mask
  }
}
