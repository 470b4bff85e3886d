import Catalogue
import Instrument

/// Norms before the branches: x + attention(norm(x)), behind an encoder x + cross(norm(x)), and then
/// x + mlp(norm(x)).
extension Block {
  func preNorm(
    _ stream: consuming Tensor, _ memory: borrowing Memory?, _ step: Step
  ) -> Forwarded<Saved> {
    let attended = attend(stream, step)
    switch memory {
    case .none:
      let fed = feed(attended.stream, step)
      return Forwarded(
        stream: fed.stream,
        saved: Saved(
          input: stream, attentionNorm: attended.norm, attention: attended.saved,
          middle: attended.stream, mlpNorm: fed.norm, mlp: fed.saved, sum: nil))
    case .some(let memory):
      let crossed = attendToMemory(attended.stream, memory, step)
      let fed = feed(crossed.stream, step)
      return Forwarded(
        stream: fed.stream,
        saved: Saved(
          input: stream, attentionNorm: attended.norm, attention: attended.saved,
          middle: attended.stream,
          cross: Cross.Saved(norm: crossed.norm, attention: crossed.saved, sum: crossed.stream),
          mlpNorm: fed.norm, mlp: fed.saved, sum: nil))
    }
  }

  /// Gradients of `preNorm`; that of the stream (R,h) is updated in place.
  mutating func preNormBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory?,
    _ step: Step
  ) {
    let middle = saved.middle!
    switch memory {
    case .none: feedBackward(gradient, saved.mlp, saved.mlpNorm!, of: middle, step)
    case .some(let memory):
      let crossed = saved.cross!
      feedBackward(gradient, saved.mlp, saved.mlpNorm!, of: crossed.sum, step)
      cross!.attendBackward(gradient, crossed.attention, memory, crossed.norm, of: middle, step)
    }
    _ = consume middle
    attendBackward(gradient, saved.attention, saved.attentionNorm, of: saved.input, step)
  }

  /// A branch behind its norm, added to the stream.
  struct Half<Saved: ~Copyable>: ~Copyable {
    /// The sum, (R,h).
    let stream: Tensor
    let norm: Norm.Saved
    let saved: Saved
  }

  private func attend(_ stream: borrowing Tensor, _ step: Step) -> Half<SelfAttention.Saved> {
    let normalised = attentionNorm.forward(stream, step)
    let heads = attention.project(normalised.output, step)
    let normSaved = normalised.kept(step)
    let attended = attention.forward(heads, addingTo: stream, step)
    attentionNorm.keepInput(stream, step)
    return Half(stream: attended.stream, norm: normSaved, saved: attended.saved)
  }

  private mutating func attendBackward(
    _ gradient: borrowing Tensor, _ saved: consuming SelfAttention.Saved,
    _ normSaved: consuming Norm.Saved, of input: consuming Tensor, _ step: Step
  ) {
    let branch = attention.backward(
      gradient, saved, input: attentionNorm, normSaved, of: input, step)
    attentionNorm.backward(
      into: gradient, addingResidual: true, from: branch, normSaved, of: input, step.engine)
  }

  private func attendToMemory(
    _ stream: borrowing Tensor, _ memory: borrowing Memory, _ step: Step
  ) -> Half<CrossAttention.Saved> {
    switch cross {
    case .none: preconditionFailure("a block that does not attend to an encoder")
    case .some(let cross):
      let normalised = cross.norm.forward(stream, step)
      let pair = cross.attention.project(normalised.output, memory, step)
      let normSaved = normalised.kept(step)
      let attended = cross.attention.forward(pair, addingTo: stream, step)
      cross.norm.keepInput(stream, step)
      return Half(stream: attended.stream, norm: normSaved, saved: attended.saved)
    }
  }

  private func feed(_ stream: borrowing Tensor, _ step: Step) -> Half<FeedForward.Saved> {
    let normalised = mlpNorm!.forward(stream, step)
    let expanded = mlp.expand(normalised.output, step)
    let normSaved = normalised.kept(step)
    let after = mlp.forward(expanded, addingTo: stream, step)
    mlpNorm!.keepInput(stream, step)
    return Half(stream: after.stream, norm: normSaved, saved: after.saved)
  }

  private mutating func feedBackward(
    _ gradient: borrowing Tensor, _ saved: consuming FeedForward.Saved,
    _ normSaved: consuming Norm.Saved, of input: borrowing Tensor, _ step: Step
  ) {
    let branch = mlp.backward(gradient, saved, input: mlpNorm!, normSaved, of: input, step)
    mlpNorm!.backward(
      into: gradient, addingResidual: true, from: branch, normSaved, of: input, step.engine)
  }
}

extension Block.Cross {
  fileprivate mutating func attendBackward(
    _ gradient: borrowing Tensor, _ saved: consuming CrossAttention.Saved,
    _ memory: borrowing Memory, _ normSaved: consuming Norm.Saved, of input: borrowing Tensor,
    _ step: Step
  ) {
    let branch = attention.backward(
      gradient, saved, memory, input: norm, normSaved, of: input, step)
    norm.backward(
      into: gradient, addingResidual: true, from: branch, normSaved, of: input, step.engine)
  }
}
