import Catalogue
import Instrument

/// The end of the model: the final norm, the head and the loss. Another part sends its stream on.
extension LanguageModel {
  /// What backward needs of norm and head.
  struct Ending: ~Copyable {
    /// The residual stream behind the last block, (R,h).
    let stream: Tensor
    let finalNorm: Norm.Saved
    let head: Head.Saved
  }

  /// The loss and what backward needs; nothing in a part that does not know the loss.
  struct Ended: ~Copyable {
    let loss: Double?
    let saved: Ending?
  }

  func end(_ stream: consuming Tensor, targets: borrowing Tensor?, _ step: Step) -> Ended {
    switch finalNorm {
    case .none:
      part.send(stream: stream, step)
      return Ended(loss: nil, saved: nil)
    case .some(let norm):
      let normalised = norm.forward(stream, step)
      norm.keepInput(stream, step)
      let head = headForward(normalised.output, targets: targets, step)
      return Ended(
        loss: head.loss,
        saved: Ending(stream: stream, finalNorm: normalised.kept(step), head: head.saved))
    }
  }

  /// The gradient of the stream behind the last block, (R,h).
  mutating func endBackward(
    _ saved: consuming Ending?, targets: borrowing Tensor?, scale: Float, _ step: Step
  ) -> Tensor {
    guard let saved else { return part.receiveGradient(step) }
    let normalisedGradient = headBackward(
      saved.head, saved.finalNorm, of: saved.stream, targets: targets, scale: scale, step)
    let gradient = step.engine.make(
      step.streamRows, step.shape.hidden, .temporary, .activationGradient,
      precision: step.engine.formats.stream)
    finalNorm!.backward(
      into: gradient, addingResidual: false, from: normalisedGradient, saved.finalNorm,
      of: saved.stream, step.engine)
    _ = consume normalisedGradient
    _ = consume saved.finalNorm
    _ = consume saved.stream
    return gradient
  }

  private func headForward(
    _ input: borrowing Tensor, targets: borrowing Tensor?, _ step: Step
  ) -> Head.Evaluated {
    switch targets {
    case .none: preconditionFailure("a head without targets")
    case .some(let targets):
      return withHeadWeight {
        Head.forward(input, weight: $0, bias: headBias, targets: targets, step)
      }
    }
  }

  /// Calls `body` with the head's weight (V,h): its own, or the token embedding.
  func withHeadWeight<Result: ~Copyable>(_ body: (borrowing Parameter) -> Result) -> Result {
    switch ownHead {
    case .some(let own): return body(own)
    case .none:
      switch embedding {
      case .some(let embedding): return body(embedding.token)
      case .none: preconditionFailure("a head without a weight")
      }
    }
  }

  private mutating func headBackward(
    _ saved: consuming Head.Saved, _ normSaved: borrowing Norm.Saved,
    of stream: borrowing Tensor, targets: borrowing Tensor?, scale: Float, _ step: Step
  ) -> Tensor {
    switch targets {
    case .none: preconditionFailure("a head without targets")
    case .some(let targets):
      if ownHead != nil {
        return Head.backward(
          saved, weight: &ownHead!, bias: &headBias, input: finalNorm!, normSaved, of: stream,
          targets: targets, scale: scale, step)
      }
      return Head.backward(
        saved, weight: &embedding!.token, bias: &headBias, input: finalNorm!, normSaved, of: stream,
        targets: targets, scale: scale, step)
    }
  }
}
