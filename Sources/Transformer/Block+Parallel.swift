import Catalogue
import Instrument

/// Branches side by side: x + attention(norm(x)) + mlp(norm(x)), with a norm for each or one for both.
extension Block {
  func parallel(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let normalised = attentionNorm.forward(stream, step)
    let heads = attention.project(normalised.output, step)
    let attended = attention.forward(heads, addingTo: stream, step)

    let mlpNormalised = mlpNorm?.forward(stream, step)
    let expanded = expand(mlpNormalised, normalised, step)
    let after = mlp.forward(expanded, addingTo: attended.stream, step)
    attentionNorm.keepInput(stream, step)
    return Forwarded(
      stream: after.stream,
      saved: Saved(
        input: stream, attentionNorm: normalised.kept(step), attention: attended.saved,
        middle: nil, mlpNorm: mlpNormalised?.kept(step), mlp: after.saved, sum: nil))
  }

  /// Both branches start from the gradient after the block, so the norms' shares are added to it
  /// only when both are done.
  mutating func parallelBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) {
    let engine = step.engine
    guard let mlpNormSaved = saved.mlpNorm else {
      let shared = mlp.backward(
        gradient, saved.mlp, input: attentionNorm, saved.attentionNorm, of: saved.input, step)
      let attentionGradient = attention.backward(
        gradient, saved.attention, input: attentionNorm, saved.attentionNorm, of: saved.input,
        step)
      engine.add(into: shared, shared, attentionGradient)
      _ = consume attentionGradient
      attentionNorm.backward(
        into: gradient, addingResidual: true, from: shared, saved.attentionNorm, of: saved.input,
        engine)
      return
    }
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: mlpNorm!, mlpNormSaved, of: saved.input, step)
    let attentionGradient = attention.backward(
      gradient, saved.attention, input: attentionNorm, saved.attentionNorm, of: saved.input, step)
    mlpNorm!.backward(
      into: gradient, addingResidual: true, from: mlpGradient, mlpNormSaved, of: saved.input,
      engine)
    _ = consume mlpGradient
    attentionNorm.backward(
      into: gradient, addingResidual: true, from: attentionGradient, saved.attentionNorm,
      of: saved.input, engine)
  }

  private func expand(
    _ own: borrowing Norm.Normalised?, _ shared: borrowing Norm.Normalised, _ step: Step
  ) -> FeedForward.Expanded {
    switch own {
    case .some(let own): mlp.expand(own.output, step)
    case .none: mlp.expand(shared.output, step)
    }
  }
}
