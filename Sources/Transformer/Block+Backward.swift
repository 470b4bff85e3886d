import Catalogue
import Instrument

extension Block {
  /// Gradients. That of the residual stream (R,h) is updated in place, from the one after the block
  /// to the one before it; what was kept is freed on the way.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory?,
    _ step: Step
  ) {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    switch memory {
    case .none: backward(gradient, saved, step)
    case .some(let memory) where residual == .postNorm:
      crossedPostNormBackward(gradient, saved, memory, step)
    case .some(let memory): crossedSequentialBackward(gradient, saved, memory, step)
    }
  }

  private mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) {
    switch residual {
    case .sequential: sequentialBackward(gradient, saved, step)
    case .postNorm: postNormBackward(gradient, saved, step)
    case .parallel, .parallelSharedNorm: parallelBackward(gradient, saved, step)
    }
  }

  private mutating func sequentialBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) {
    let middle = saved.middle!
    let mlpNormSaved = saved.mlpNorm!
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: mlpNorm!, mlpNormSaved, of: middle, step)
    mlpNorm!.backward(
      into: gradient, addingResidual: true, from: mlpGradient, mlpNormSaved, of: middle,
      step.engine)
    _ = consume mlpGradient
    _ = consume mlpNormSaved
    _ = consume middle

    let attentionGradient = attention.backward(
      gradient, saved.attention, input: attentionNorm, saved.attentionNorm, of: saved.input, step)
    attentionNorm.backward(
      into: gradient, addingResidual: true, from: attentionGradient, saved.attentionNorm,
      of: saved.input, step.engine)
  }

  private mutating func postNormBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) {
    let engine = step.engine
    let sum = saved.sum!
    let middle = saved.middle!
    let mlpNormSaved = saved.mlpNorm!
    mlpNorm!.backward(
      into: gradient, addingResidual: false, from: gradient, mlpNormSaved, of: sum, engine)
    _ = consume mlpNormSaved
    _ = consume sum
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: attentionNorm, saved.attentionNorm, of: middle, step)
    engine.add(into: gradient, gradient, mlpGradient)
    _ = consume mlpGradient

    attentionNorm.backward(
      into: gradient, addingResidual: false, from: gradient, saved.attentionNorm, of: middle,
      engine)
    _ = consume middle
    let attentionGradient = attention.backward(
      gradient, saved.attention, input: saved.input, step)
    engine.add(into: gradient, gradient, attentionGradient)
  }

  /// Both branches start from the gradient after the block, so the norms' shares are added to it
  /// only when both are done.
  private mutating func parallelBackward(
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
}
