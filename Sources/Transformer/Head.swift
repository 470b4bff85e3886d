import Catalogue
import Instrument

/// The language model head and its loss: logits from the normalised stream, and their mean
/// cross-entropy with the targets.
enum Head {
  /// What backward needs.
  struct Saved: ~Copyable {
    let distribution: Tensor
    let logits: Tensor?
    let losses: Tensor?
    let totalWeight: Tensor?
  }

  /// The result of forward; the loss is absent in a dry run.
  struct Evaluated: ~Copyable {
    let loss: Double?
    let saved: Saved
  }

  /// The mean loss of `input` (R,h) under the head's `weight` (V,h) and `bias` (1,V).
  static func forward(
    _ input: borrowing Tensor, weight: borrowing Parameter, bias: borrowing Parameter?,
    targets: borrowing Tensor, _ step: Step
  ) -> Evaluated {
    let (engine, convention) = (step.engine, step.convention)
    let outer = engine.enter("head")
    defer { engine.leave(outer) }
    input.retag(.headInput)
    let inPlace = convention.loss == .probabilitiesInPlace
    let logits = step.withAllRows(input) {
      Self.logits(
        $0, weight: weight, bias: bias, precision: inPlace ? engine.formats.loss : nil, engine)
    }
    let losses = engine.make(logits.rows, 1, .activation, .losses, precision: .fp32)
    switch convention.loss {
    case .logSoftmax:
      let output = engine.make(
        logits.rows, logits.columns, .activation, .logSoftmax, precision: engine.formats.loss)
      engine.crossEntropy(into: output, as: .logarithm, losses: losses, logits, targets: targets)
      _ = consume logits
      let loss = engine.mean(losses, targets: targets)
      _ = consume losses
      let total = engine.make(
        1, 1, .activation, .lossTotalWeight, precision: engine.formats.loss)
      engine.fill(total, with: Float(engine.count(targets)))
      return Evaluated(
        loss: loss,
        saved: Saved(
          distribution: output, logits: nil, losses: nil, totalWeight: total))
    case .logitsAndProbabilities:
      let output = engine.make(
        logits.rows, logits.columns, .activation, .lossProbabilities,
        precision: engine.formats.loss)
      engine.crossEntropy(into: output, as: .probability, losses: losses, logits, targets: targets)
      return Evaluated(
        loss: engine.mean(losses, targets: targets),
        saved: Saved(
          distribution: output, logits: logits, losses: losses, totalWeight: nil))
    case .probabilitiesInPlace:
      return evaluated(inPlaceOf: logits, losses, targets, engine)
    case .probabilitiesOfCopy:
      let copy = engine.copy(of: logits, .activation, .logits, precision: engine.formats.loss)
      let result = evaluated(inPlaceOf: copy, losses, targets, engine)
      _ = consume logits
      return result
    }
  }

  /// The loss with the probabilities in the memory of the `logits` (R,V).
  private static func evaluated(
    inPlaceOf logits: consuming Tensor, _ losses: borrowing Tensor, _ targets: borrowing Tensor,
    _ engine: Engine
  ) -> Evaluated {
    engine.crossEntropy(into: logits, as: .probability, losses: losses, logits, targets: targets)
    logits.retag(.lossProbabilities)
    let loss = engine.mean(losses, targets: targets)
    return Evaluated(
      loss: loss,
      saved: Saved(distribution: logits, logits: nil, losses: nil, totalWeight: nil))
  }

  /// Scores of all tokens, (R,V), in the format of the activations where none is given.
  static func logits(
    _ input: borrowing Tensor, weight: borrowing Parameter, bias: borrowing Parameter?,
    precision: Precision? = nil, _ engine: Engine
  ) -> Tensor {
    let logits = engine.make(
      input.rows, weight.value.rows, .activation, .logits, precision: precision)
    engine.linear(into: logits, input, weight: weight)
    switch bias {
    case .some(let bias): engine.addBias(logits, bias.value)
    case .none: break
    }
    return logits
  }

  /// The gradient of the logits (R,V) for the loss times `scale`; the bias gets its own from it.
  ///
  /// - Parameters:
  ///   - distribution: what forward kept of the logits.
  ///   - bias: the head's, (1,V).
  ///   - targets: as in forward.
  ///   - scale: the weight of this pass; less than 1 when several are added up.
  static func logitsGradient(
    _ distribution: consuming Tensor, bias: inout Parameter?, targets: borrowing Tensor,
    scale: Float, _ step: Step
  ) -> Tensor {
    let rows = step.engine.count(targets)
    let gradient = logitsGradient(
      distribution, targets: targets, scale: scale / Float(rows), step)
    bias?.accumulate { bias, accumulating in
      step.engine.biasGradient(into: bias, accumulating: accumulating, gradient)
    }
    return gradient
  }

  /// Gradients from that of the logits.
  ///
  /// - Parameters:
  ///   - logitsGradient: (R,V).
  ///   - weight: the head's, (V,h), gets its gradient.
  ///   - final: gives the head's input, from what it kept, or from the `stream` (R,h) behind the last
  ///     block.
  /// - Returns: the gradient of the input, (R,h).
  static func backward(
    _ logitsGradient: borrowing Tensor, weight: inout Parameter,
    input final: borrowing FinalLayer, _ saved: borrowing FinalLayer.Saved?,
    of stream: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let returned =
      step.convention.returnsHeadGradient
      ? engine.make(
        weight.rows, weight.columns, .temporary, weight.role,
        precision: engine.formats.parameter) : nil
    final.withOutput(saved, of: stream, step) { part in
      step.withAllRows(part) { input in
        weight.accumulate { weight, accumulating in
          engine.linearWeightGradient(
            into: weight, accumulating: accumulating, logitsGradient, input: input)
        }
      }
    }
    let inputGradient = engine.make(
      logitsGradient.rows, weight.columns, .temporary, .activationGradient)
    engine.linearInputGradient(into: inputGradient, logitsGradient, weight: weight)
    weight.releaseCopy()
    let summed = step.summed(inputGradient)
    _ = consume returned
    return summed
  }

  /// The gradient of the logits (R,V): in the memory of the probabilities, or beside what was kept.
  private static func logitsGradient(
    _ distribution: consuming Tensor, targets: borrowing Tensor, scale: Float, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let form: Engine.Distribution = step.convention.loss == .logSoftmax ? .logarithm : .probability
    let isInPlace = step.convention.loss == .probabilitiesInPlace
    if isInPlace || step.convention.loss == .probabilitiesOfCopy {
      engine.crossEntropyBackward(
        into: distribution, distribution, as: form, targets: targets, scale: scale)
      distribution.retag(.lossGradient)
      if isInPlace { return distribution }
      return engine.copy(
        of: distribution, .temporary, .lossGradient, precision: engine.formats.activation)
    }
    if step.convention.loss == .logSoftmax {
      return logSoftmaxGradient(distribution, targets: targets, scale: scale, engine)
    }
    let gradient = engine.make(
      distribution.rows, distribution.columns, .temporary, .lossGradient)
    engine.crossEntropyBackward(
      into: gradient, distribution, as: form, targets: targets, scale: scale)
    return gradient
  }

  /// The gradient of the logits (R,V) as PyTorch makes it: beside that of the log-probabilities
  /// (`nll_loss_backward`), both in the loss's format, of which the products get a copy in theirs.
  private static func logSoftmaxGradient(
    _ logarithms: consuming Tensor, targets: borrowing Tensor, scale: Float, _ engine: Engine
  ) -> Tensor {
    let (rows, columns, precision) = (logarithms.rows, logarithms.columns, engine.formats.loss)
    let ofLogarithms = engine.make(
      rows, columns, .temporary, .lossGradient, precision: precision)
    let gradient = engine.make(rows, columns, .temporary, .lossGradient, precision: precision)
    engine.crossEntropyBackward(
      into: gradient, logarithms, as: .logarithm, targets: targets, scale: scale)
    _ = consume ofLogarithms
    _ = consume logarithms
    guard precision != engine.formats.activation else { return gradient }
    return engine.copy(
      of: gradient, .temporary, .lossGradient, precision: engine.formats.activation)
  }
}
