import Catalogue
import Instrument

extension MLP {
  /// Gradients from that of the stream.
  ///
  /// - Parameters:
  ///   - norm: gives the input, from what it kept of `normInput`.
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input norm: borrowing Norm,
    _ normSaved: borrowing Norm.Saved, of normInput: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    let expanded = expandedGradients(gradient, saved, step)
    norm.withOutput(normSaved, of: normInput, engine) { part in
      step.withAllRows(part) { input in
        gate?.parametersBackward(expanded.activationInput, input: input, engine)
        switch expanded.upOutput {
        case .some(let upGradient): up.parametersBackward(upGradient, input: input, engine)
        case .none: up.parametersBackward(expanded.activationInput, input: input, engine)
        }
      }
    }
    return step.summed(inputGradient(expanded, engine))
  }

  /// Gradients of the projections of the input.
  private mutating func expandedGradients(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step
  ) -> Expanded {
    let engine = step.engine
    let activated = activated(saved.activationOutput, again: saved.activationInput, engine)
    let upOutput = saved.upOutput
    let hidden = downBackward(
      gradient, saved.projection, saved.sent, activated, upOutput, step)
    guard let upOutput else {
      activationBackward(hidden, saved.activationInput, activated, engine)
      return Expanded(activationInput: hidden, upOutput: nil)
    }
    let upGradient = engine.make(hidden.rows, hidden.columns, .temporary, .activationGradient)
    engine.multiply(into: upGradient, hidden, activated)
    engine.multiply(into: hidden, hidden, upOutput)
    _ = consume upOutput
    activationBackward(hidden, saved.activationInput, activated, engine)
    return Expanded(activationInput: hidden, upOutput: upGradient)
  }

  /// Turns the gradient of the activation function's output into that of its input, and frees what
  /// was kept of both.
  private func activationBackward(
    _ gradient: borrowing Tensor, _ input: consuming Tensor?, _ output: consuming Tensor,
    _ engine: Engine
  ) {
    if let input {
      _ = consume output
      engine.activateBackward(gradient, input: input, activation)
    } else {
      engine.activateBackward(gradient, input: output, activation)
    }
  }

  private mutating func inputGradient(_ expanded: consuming Expanded, _ engine: Engine) -> Tensor {
    let hidden = expanded.activationInput
    guard let gradient = gate?.inputBackward(hidden, engine) else {
      return up.inputBackward(hidden, engine)
    }
    _ = consume hidden
    if let upGradient = expanded.upOutput {
      up.addInputGradient(into: gradient, accumulating: true, upGradient, engine)
    }
    return gradient
  }

  /// The activation's output: as it was kept, or made again.
  private func activated(
    _ kept: consuming Tensor?, again input: borrowing Tensor?, _ engine: Engine
  ) -> Tensor {
    if let kept { return kept }
    switch input {
    case .none: preconditionFailure("neither input nor output of an activation was kept")
    case .some(let input):
      let output = engine.make(input.rows, input.columns, .temporary, .mlpActivationOutput)
      engine.recomputing { engine.activate(into: output, input, activation) }
      return output
    }
  }

  /// The gradient of the activation's output, or of its product with `upOutput`.
  private mutating func downBackward(
    _ gradient: borrowing Tensor, _ saved: consuming ResidualProjection.Saved,
    _ sent: consuming Sent, _ activated: borrowing Tensor, _ upOutput: borrowing Tensor?,
    _ step: Step
  ) -> Tensor {
    let mask = sent.mask
    guard let input = sent.output ?? sentAgain(activated, upOutput, step) else {
      return down.backward(gradient, saved, input: activated, step)
    }
    let hidden = down.backward(gradient, saved, input: input, step)
    _ = consume input
    sentBackward(hidden, mask, step)
    return hidden
  }

  private func sentAgain(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor?, _ step: Step
  ) -> Tensor? {
    step.engine.beginRecomputing()
    defer { step.engine.endRecomputing() }
    let again = sent(activated, upOutput, .temporary, step)
    return again.output
  }
}
