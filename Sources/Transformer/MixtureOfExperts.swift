import Catalogue
import Instrument

/// A router and gated feed-forward networks, the experts (Jiang et al., arXiv 2401.04088, section
/// 2.1). Each row goes to the k experts that the router finds likeliest; their outputs are added up
/// with the router's probabilities as weights. Ranks that share a layer all route all rows, and have
/// a share of every expert.
///
/// The rows of all experts lie in one buffer of R·k rows, sorted by expert, so that no tensor's size
/// depends on the data; only the place where one expert's rows end and the next one's begin does. Or
/// each expert has room for C of them, E·C in all: then replicas may share the experts, and the rows
/// go to those that have them and back.
struct MixtureOfExperts: ~Copyable {
  /// (E,h).
  var router: Parameter
  /// (E·f,h) each, one expert below the other; of this rank's experts.
  var gate: Parameter
  var up: Parameter
  /// (E·h,f).
  var down: Parameter
  let experts: Architecture.Experts
  let activation: Architecture.Activation
  let join: ResidualJoin

  /// The projections of each row by its experts, (R·k,f) each.
  struct Expanded: ~Copyable {
    let probabilities: Tensor
    let routing: Routing
    let input: Tensor?
    let activationInput: Tensor
    let upOutput: Tensor
  }

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    /// (R,E).
    let probabilities: Tensor
    let routing: Routing?
    /// The rows at their experts' places, (R·k,h).
    let input: Tensor?
    /// (R·k,f) each.
    let activationInput: Tensor
    let activationOutput: Tensor?
    let upOutput: Tensor
    let product: Tensor?
    /// (R·k,h), before the weights.
    let output: Tensor?
    let join: ResidualJoin.Saved
  }

  init(
    _ experts: Architecture.Experts, _ shape: ModelShape, layer: Int,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    func matrices(_ role: TensorRole, _ rows: Int, _ columns: Int, _ split: Split) -> Parameter {
      engine.within("experts") {
        Parameter(
          role, count * rows, columns, initialisation(role), isOperand: true, matrices: count,
          split: split, replicas: .expertData, engine)
      }
    }
    let (hidden, inner, rank) = (shape.hidden, shape.feedForward, engine.rank)
    let count = experts.count / rank.layout.expert
    // What a router learns, it learns from the experts' outputs, of which ranks have shares.
    router = engine.within("router") {
      Parameter(
        .routerWeight, experts.count, hidden, initialisation(.routerWeight), isOperand: true,
        isSummed: engine.rank.layout.tensor > 1, engine)
    }
    let before = rank.expert * count
    let rows = Split(
      axis: .rows, blocks: Array(repeating: inner, count: count), first: before * inner)
    gate = matrices(.expertGateWeight, inner, hidden, rows)
    up = matrices(.expertUpWeight, inner, hidden, rows)
    down = matrices(
      .expertDownWeight, hidden, inner,
      Split(axis: .columns, blocks: [inner], first: before * hidden))
    self.experts = experts
    activation = shape.architecture.activation
    join = ResidualJoin(
      outputRole: .mlpProjectionOutput,
      dropout: DropoutLayer(role: .mlpResidualDropoutMask, site: .mlpResidual, layer: layer))
  }

  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&router)
    body(&gate)
    body(&up)
    body(&down)
  }

  /// Sends `input` (R,h) to the experts, and projects it up to f.
  func expand(_ input: borrowing Tensor, _ step: Step) -> Expanded {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    input.retag(.mlpInput)
    return step.withAllRows(input) { expand(rows: $0, step) }
  }

  private func expand(rows input: borrowing Tensor, _ step: Step) -> Expanded {
    let engine = step.engine
    let probabilities = probabilities(input, engine)
    let routing = route(probabilities, .activation, step)
    let place = engine.enter("experts")
    defer { engine.leave(place) }
    let sent = step.exchanged(
      gathered(input, routing, .activation, .expertInput, engine), .activation)
    let activationInput = engine.make(
      sent.rows, step.shape.feedForward, .activation, .expertActivationInput)
    engine.groupedLinear(into: activationInput, sent, weights: gate, routing)
    let upOutput = engine.make(
      sent.rows, step.shape.feedForward, .activation, .expertUpOutput)
    engine.groupedLinear(into: upOutput, sent, weights: up, routing)
    return Expanded(
      probabilities: probabilities, routing: routing,
      input: sent.kept(if: step.convention.keepsExpertInput), activationInput: activationInput,
      upOutput: upOutput)
  }

  /// How likely each expert is for each row of `input` (R,h).
  private func probabilities(_ input: borrowing Tensor, _ engine: Engine) -> Tensor {
    engine.within("router") {
      let logits = engine.make(input.rows, experts.count, .activation, .routerLogits)
      engine.linear(into: logits, input, weight: router)
      let probabilities = engine.make(
        input.rows, experts.count, .activation, .routerProbabilities, precision: .fp32)
      engine.routerSoftmax(into: probabilities, logits)
      return probabilities
    }
  }

  /// Which rows go where.
  func route(
    _ probabilities: borrowing Tensor, _ category: Category, _ step: Step
  ) -> Routing {
    step.engine.within("router") {
      let rows = probabilities.rows
      let routing = Routing(
        rows: rows, experts, capacity: step.capacity(of: experts, rows: rows), category,
        step.engine)
      step.engine.route(into: routing, probabilities, experts)
      return routing
    }
  }

  /// The rows of `input` (R,h) at their experts' places, (R·k,h) or (E·C,h).
  func gathered(
    _ input: borrowing Tensor, _ routing: borrowing Routing, _ category: Category,
    _ role: TensorRole, _ engine: Engine
  ) -> Tensor {
    let sent = engine.make(routing.rows, input.columns, category, role)
    engine.gatherRows(into: sent, input, routing)
    return sent
  }

  /// stream + the weighted sum of the experts' outputs; `stream` (R,h).
  func forward(_ expanded: consuming Expanded, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let (engine, convention) = (step.engine, step.convention)
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    let routing = expanded.routing
    let activated = activated(expanded.activationInput, .activation, engine)
    let product = product(activated, expanded.upOutput, .activation, engine)
    let output = output(product, routing, step)
    let joined = join.forward(addingTo: stream, step) { branch in
      step.sum(into: branch) { engine.combineRows(into: $0, output, routing, weighted: true) }
    }
    return Forwarded(
      stream: joined.stream,
      saved: Saved(
        probabilities: expanded.probabilities,
        routing: routing.kept(if: convention.keepsRouting), input: expanded.input,
        activationInput: expanded.activationInput,
        activationOutput: activated.kept(if: convention.keepsActivationOutput),
        upOutput: expanded.upOutput, product: product.kept(if: convention.keepsActivationOutput),
        output: output.kept(if: convention.keepsExpertOutput), join: joined.saved))
  }

  func activated(
    _ input: borrowing Tensor, _ category: Category, _ engine: Engine
  ) -> Tensor {
    engine.within("experts") {
      let output = engine.make(input.rows, input.columns, category, .expertActivationOutput)
      engine.activate(into: output, input, activation)
      return output
    }
  }

  func product(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor, _ category: Category,
    _ engine: Engine
  ) -> Tensor {
    engine.within("experts") {
      let product = engine.make(activated.rows, activated.columns, category, .expertProduct)
      engine.multiply(into: product, activated, upOutput)
      return product
    }
  }

  private func output(
    _ product: borrowing Tensor, _ routing: borrowing Routing, _ step: Step
  ) -> Tensor {
    step.engine.within("experts") {
      let output = step.engine.make(
        product.rows, router.value.columns, .activation, .expertOutput)
      step.engine.groupedLinear(into: output, product, weights: down, routing)
      return step.exchanged(output, .activation)
    }
  }
}

extension Engine {
  /// What `body` makes at a place within the present one.
  func within<Result: ~Copyable>(_ place: String, _ body: () -> Result) -> Result {
    let outer = enter(place)
    defer { leave(outer) }
    return body()
  }
}

extension Routing {
  /// The routing, where the convention keeps it; otherwise it ends here.
  fileprivate consuming func kept(if keeps: Bool) -> Routing? {
    if keeps { return self }
    return nil
  }
}
