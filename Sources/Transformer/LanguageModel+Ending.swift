import Catalogue
import Instrument

/// The end of the model: what follows the last block, the head and the loss. Another part sends its
/// stream on.
extension LanguageModel {
  /// What backward needs of it.
  struct Ending: ~Copyable {
    /// The residual stream behind the last block, (R,h).
    let stream: Tensor
    let final: FinalLayer.Saved?
    let head: Head.Saved
  }

  /// The loss and what backward needs; nothing in a part that does not know the loss.
  struct Ended: ~Copyable {
    let loss: Double?
    let saved: Ending?
  }

  func end(_ stream: consuming Tensor, _ batch: borrowing Batch, _ step: Step) -> Ended {
    guard part.isLast else {
      part.send(stream: stream, step)
      return Ended(loss: nil, saved: nil)
    }
    switch final.forward(stream, step) {
    case .some(let final):
      let head = headForward(final.output, batch, step)
      return Ended(
        loss: head.loss, saved: Ending(stream: stream, final: final.kept(step), head: head.saved))
    case .none:
      let head = headForward(stream, batch, step)
      return Ended(loss: head.loss, saved: Ending(stream: stream, final: nil, head: head.saved))
    }
  }

  /// The gradient of the stream behind the last block, (R,h).
  mutating func endBackward(
    _ saved: consuming Ending?, _ batch: borrowing Batch, scale: Float, _ step: Step
  ) -> Tensor {
    guard let saved else { return part.receiveGradient(step) }
    let headGradient = headBackward(
      saved.head, saved.final, of: saved.stream, batch, scale: scale, step)
    let gradient = final.backward(headGradient, saved.final, of: saved.stream, step)
    _ = consume saved.stream
    return gradient
  }

  private func headForward(
    _ input: borrowing Tensor, _ batch: borrowing Batch, _ step: Step
  ) -> Head.Evaluated {
    switch batch.targets {
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

  /// The gradient of the head's input, (R,h).
  private mutating func headBackward(
    _ saved: consuming Head.Saved, _ finalSaved: borrowing FinalLayer.Saved?,
    of stream: borrowing Tensor, _ batch: borrowing Batch, scale: Float, _ step: Step
  ) -> Tensor {
    let outer = step.engine.enter("head")
    defer { step.engine.leave(outer) }
    switch batch.targets {
    case .none: preconditionFailure("a head without targets")
    case .some(let targets):
      let logits = Head.logitsGradient(
        saved.distribution, bias: &headBias, targets: targets, scale: scale, step)
      if ownHead != nil {
        return Head.backward(
          logits, weight: &ownHead!, input: final, finalSaved, of: stream, step)
      }
      return Head.backward(
        logits, weight: &embedding!.token, input: final, finalSaved, of: stream, step)
    }
  }
}
