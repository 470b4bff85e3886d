import Catalogue
import Instrument

extension MixtureOfExperts {
  /// Gradients from that of the stream; see `FeedForward.backward`.
  ///
  /// The gradient of a weight in the sum of outputs, dy·(W p), is taken as (dy W)·p, of which both
  /// factors are there anyway: so the experts' outputs need not be kept.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input norm: borrowing Norm,
    _ normSaved: borrowing Norm.Saved, of normInput: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    _ = consume saved.output
    let probabilities = saved.probabilities
    let routing = saved.routing ?? routedAgain(probabilities, step)
    let sent = join.backward(gradient, saved.join, step) { branch in
      step.withAllRows(branch) {
        step.exchanged(
          gathered($0, routing, .temporary, .activationGradient, engine), .temporary)
      }
    }
    let activationInput = saved.activationInput
    let upOutput = saved.upOutput
    let activated = saved.activationOutput ?? activatedAgain(activationInput, engine)
    let product = saved.product ?? productAgain(activated, upOutput, engine)
    let weighed = downBackward(sent, product, routing, step)
    _ = consume product
    _ = consume sent

    let hidden = weighed.hidden
    let upGradient = engine.make(hidden.rows, hidden.columns, .temporary, .activationGradient)
    engine.multiply(into: upGradient, hidden, activated)
    engine.multiply(into: hidden, hidden, upOutput)
    engine.activateBackward(hidden, input: activationInput, activation)
    _ = consume activated
    _ = consume upOutput
    _ = consume activationInput

    let logitsGradient = engine.make(
      step.rows, experts.count, .temporary, .activationGradient)
    engine.routerBackward(
      into: logitsGradient, weighed.weights, probabilities, routing)
    let expertInput = saved.input
    norm.withOutput(normSaved, of: normInput, engine) { part in
      step.withAllRows(part) { input in
        routerBackward(logitsGradient, input, engine)
        expertsBackward(hidden, upGradient, expertInput, from: input, routing, step)
      }
    }
    let gradient = inputGradient(hidden, upGradient, logitsGradient, routing, step)
    gate.releaseCopy()
    up.releaseCopy()
    router.releaseCopy()
    return step.summed(gradient)
  }

  /// Gradients behind the activation: that of what goes down, weighted, and those of the weights.
  private struct Weighed: ~Copyable {
    /// (R·k,f).
    let hidden: Tensor
    /// (R·k,1).
    let weights: Tensor
  }

  /// The last projection's backward.
  ///
  /// - Parameters:
  ///   - sent: (R·k,h), the gradient of each row at its places; gets its weights.
  ///   - product: (R·k,f), what was projected.
  private mutating func downBackward(
    _ sent: borrowing Tensor, _ product: borrowing Tensor, _ routing: borrowing Routing,
    _ step: Step
  ) -> Weighed {
    let engine = step.engine
    let outer = engine.enter("experts")
    defer { engine.leave(outer) }
    let hidden = engine.make(product.rows, product.columns, .temporary, .activationGradient)
    engine.groupedLinearInputGradient(into: hidden, sent, weights: down, routing)
    down.releaseCopy()
    let weights = engine.make(
      product.rows, 1, .temporary, .routerWeightGradient, precision: .fp32)
    engine.dotRows(into: weights, hidden, product)
    step.withExchanged(routing.weights) { factors in
      engine.weighRows(hidden, by: factors)
      engine.weighRows(sent, by: factors)
    }
    down.accumulate { gradient, accumulating in
      engine.groupedLinearWeightGradient(
        into: gradient, accumulating: accumulating, sent, input: product, routing)
    }
    return Weighed(hidden: hidden, weights: step.exchanged(weights, .temporary))
  }

  private mutating func routerBackward(
    _ logitsGradient: borrowing Tensor, _ input: borrowing Tensor, _ engine: Engine
  ) {
    let outer = engine.enter("router")
    defer { engine.leave(outer) }
    router.accumulate { gradient, accumulating in
      engine.linearWeightGradient(
        into: gradient, accumulating: accumulating, logitsGradient, input: input)
    }
  }

  /// Gradients of the first projections, from the rows at their places: as they were kept, or
  /// gathered again.
  private mutating func expertsBackward(
    _ gateGradient: borrowing Tensor, _ upGradient: borrowing Tensor,
    _ kept: borrowing Tensor?, from input: borrowing Tensor, _ routing: borrowing Routing,
    _ step: Step
  ) {
    let engine = step.engine
    switch kept {
    case .some(let kept): expertsBackward(gateGradient, upGradient, kept, routing, engine)
    case .none:
      engine.beginRecomputing()
      let again = engine.within("experts") {
        step.exchanged(gathered(input, routing, .temporary, .expertInput, engine), .temporary)
      }
      engine.endRecomputing()
      expertsBackward(gateGradient, upGradient, again, routing, engine)
    }
  }

  private mutating func expertsBackward(
    _ gateGradient: borrowing Tensor, _ upGradient: borrowing Tensor, _ input: borrowing Tensor,
    _ routing: borrowing Routing, _ engine: Engine
  ) {
    let outer = engine.enter("experts")
    defer { engine.leave(outer) }
    gate.accumulate { gradient, accumulating in
      engine.groupedLinearWeightGradient(
        into: gradient, accumulating: accumulating, gateGradient, input: input, routing)
    }
    up.accumulate { gradient, accumulating in
      engine.groupedLinearWeightGradient(
        into: gradient, accumulating: accumulating, upGradient, input: input, routing)
    }
  }

  /// The gradient of the input, (R,h): the router's share, and those of each row's experts.
  private func inputGradient(
    _ gateGradient: borrowing Tensor, _ upGradient: borrowing Tensor,
    _ logitsGradient: borrowing Tensor, _ routing: borrowing Routing, _ step: Step
  ) -> Tensor {
    let (engine, hidden) = (step.engine, router.value.columns)
    let sent = engine.within("experts") {
      let sent = engine.make(routing.rows, hidden, .temporary, .activationGradient)
      engine.groupedLinearInputGradient(into: sent, gateGradient, weights: gate, routing)
      engine.groupedLinearInputGradient(
        into: sent, accumulating: true, upGradient, weights: up, routing)
      return step.exchanged(sent, .temporary)
    }
    return engine.within("router") {
      let gradient = engine.make(logitsGradient.rows, hidden, .temporary, .activationGradient)
      engine.linearInputGradient(into: gradient, logitsGradient, weight: router)
      engine.combineRows(into: gradient, accumulating: true, sent, routing, weighted: false)
      return gradient
    }
  }

  private func routedAgain(_ probabilities: borrowing Tensor, _ step: Step) -> Routing {
    step.engine.beginRecomputing()
    defer { step.engine.endRecomputing() }
    return route(probabilities, .temporary, step)
  }

  private func activatedAgain(_ input: borrowing Tensor, _ engine: Engine) -> Tensor {
    engine.beginRecomputing()
    defer { engine.endRecomputing() }
    return activated(input, .temporary, engine)
  }

  private func productAgain(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor, _ engine: Engine
  ) -> Tensor {
    engine.beginRecomputing()
    defer { engine.endRecomputing() }
    return product(activated, upOutput, .temporary, engine)
  }
}
