import Catalogue
import Instrument

/// Norms behind the additions: norm(x + attention(x)), behind an encoder norm(x + cross(x)), and
/// then norm(x + mlp(x)).
extension Block {
  func postNorm(
    _ stream: consuming Tensor, _ memory: borrowing Memory?, _ step: Step
  ) -> Forwarded<Saved> {
    let heads = attention.project(stream, step)
    let attended = attention.forward(heads, addingTo: stream, step)
    let normalised = attentionNorm.forward(attended.stream, step)
    attentionNorm.keepInput(attended.stream, step)
    switch memory {
    case .none:
      let fed = feedThenNorm(normalised, step)
      return Forwarded(
        stream: fed.stream,
        saved: Saved(
          input: stream, attentionNorm: fed.inputNorm, attention: attended.saved,
          middle: attended.stream, mlpNorm: fed.norm, mlp: fed.saved, sum: fed.sum))
    case .some(let memory):
      let crossed = attendToMemory(normalised.output, memory, step)
      let attentionNormSaved = normalised.kept(step)
      let fed = feedThenNorm(crossed.normalised, step)
      return Forwarded(
        stream: fed.stream,
        saved: Saved(
          input: stream, attentionNorm: attentionNormSaved, attention: attended.saved,
          middle: attended.stream,
          cross: Cross.Saved(norm: fed.inputNorm, attention: crossed.saved, sum: crossed.sum),
          mlpNorm: fed.norm, mlp: fed.saved, sum: fed.sum))
    }
  }

  /// Gradients of `postNorm`; that of the stream (R,h) is updated in place.
  mutating func postNormBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory?,
    _ step: Step
  ) {
    let engine = step.engine
    let middle = saved.middle!
    mlpNorm!.backward(
      into: gradient, addingResidual: false, from: gradient, saved.mlpNorm!, of: saved.sum!, engine)
    switch memory {
    case .none:
      let branch = mlp.backward(
        gradient, saved.mlp, input: attentionNorm, saved.attentionNorm, of: middle, step)
      engine.add(into: gradient, gradient, branch)
    case .some(let memory):
      let crossed = saved.cross!
      let branch = mlp.backward(
        gradient, saved.mlp, input: cross!.norm, crossed.norm, of: crossed.sum, step)
      engine.add(into: gradient, gradient, branch)
      _ = consume branch
      cross!.norm.backward(
        into: gradient, addingResidual: false, from: gradient, crossed.norm, of: crossed.sum,
        engine)
      _ = consume crossed.sum
      let crossBranch = cross!.attention.backward(
        gradient, crossed.attention, memory, input: attentionNorm, saved.attentionNorm, of: middle,
        step)
      engine.add(into: gradient, gradient, crossBranch)
    }
    attentionNorm.backward(
      into: gradient, addingResidual: false, from: gradient, saved.attentionNorm, of: middle,
      engine)
    _ = consume middle
    let branch = attention.backward(gradient, saved.attention, input: saved.input, step)
    engine.add(into: gradient, gradient, branch)
  }

  /// The end of a block: the network, and the norm behind it.
  private struct Fed: ~Copyable {
    /// What the block gives, (R,h).
    let stream: Tensor
    /// What is kept of the norm before the network.
    let inputNorm: Norm.Saved
    let saved: FeedForward.Saved
    /// The last norm's input, (R,h).
    let sum: Tensor
    let norm: Norm.Saved
  }

  private func feedThenNorm(_ input: consuming Norm.Normalised, _ step: Step) -> Fed {
    let expanded = mlp.expand(input.output, step)
    let sum = mlp.forward(expanded, addingTo: input.output, step)
    let inputNorm = input.kept(step)
    let after = mlpNorm!.forward(sum.stream, step).parts()
    mlpNorm!.keepInput(sum.stream, step)
    return Fed(
      stream: after.output, inputNorm: inputNorm, saved: sum.saved, sum: sum.stream,
      norm: after.saved)
  }

  /// Attention to an encoder's output, and the norm behind it.
  private struct Attended: ~Copyable {
    let normalised: Norm.Normalised
    let saved: CrossAttention.Saved
    /// The norm's input, (R,h).
    let sum: Tensor
  }

  private func attendToMemory(
    _ stream: borrowing Tensor, _ memory: borrowing Memory, _ step: Step
  ) -> Attended {
    switch cross {
    case .none: preconditionFailure("a block that does not attend to an encoder")
    case .some(let cross):
      let pair = cross.attention.project(stream, memory, step)
      let attended = cross.attention.forward(pair, addingTo: stream, step)
      let normalised = cross.norm.forward(attended.stream, step)
      cross.norm.keepInput(attended.stream, step)
      return Attended(normalised: normalised, saved: attended.saved, sum: attended.stream)
    }
  }
}
