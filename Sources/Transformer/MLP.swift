import Catalogue
import Instrument

/// The feed-forward half of a block: up to f, an activation function, and down to the residual
/// stream. A gated one multiplies the activation of one projection by another (Shazeer, arXiv
/// 2002.05202).
struct MLP: ~Copyable {
  var gate: Linear?
  var up: Linear
  var down: ResidualProjection
  let activation: Architecture.Activation
  private let isGated: Bool

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    /// What the activation function is of: the output of `up`, or of `gate` where there is one. Not
    /// kept where the output tells the slope.
    let activationInput: Tensor?
    let activationOutput: Tensor?
    /// What a gated activation is multiplied by, and the product.
    let upOutput: Tensor?
    let product: Tensor?
    let projection: ResidualProjection.Saved
  }

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    let architecture = shape.architecture
    let hasBias = architecture.biases.mlp
    gate =
      architecture.isGated
      ? Linear(
        Linear.Roles(weight: .mlpGateWeight, bias: hasBias ? .mlpGateBias : nil),
        input: shape.hidden, output: shape.feedForward, split: .rows(shape.feedForward),
        initialisation, engine) : nil
    up = Linear(
      Linear.Roles(weight: .mlpUpWeight, bias: hasBias ? .mlpUpBias : nil), input: shape.hidden,
      output: shape.feedForward, split: .rows(shape.feedForward), initialisation, engine)
    down = ResidualProjection(
      Linear.Roles(weight: .mlpDownWeight, bias: hasBias ? .mlpDownBias : nil),
      outputRole: .mlpProjectionOutput,
      dropout: DropoutLayer(role: .mlpResidualDropoutMask, site: .mlpResidual, layer: layer),
      input: shape.feedForward, shape, initialisation, engine)
    activation = architecture.activation
    isGated = architecture.isGated
  }

  /// The projections of the input, (R,f) each.
  struct Expanded: ~Copyable {
    let activationInput: Tensor
    let upOutput: Tensor?
  }

  /// Projects `input` (R,h) up to f; the bias of an ungated layer comes with the activation.
  func expand(_ input: borrowing Tensor, _ step: Step) -> Expanded {
    let engine = step.engine
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    input.retag(.mlpInput)
    let hidden = engine.make(
      input.rows * step.rank.sequenceParts, step.shape.feedForward, .activation,
      .mlpActivationInput)
    switch gate {
    case .some(let gate):
      let upOutput = engine.make(hidden.rows, hidden.columns, .activation, .mlpUpOutput)
      step.withAllRows(input) { input in
        gate.forward(into: hidden, input, engine)
        up.forward(into: upOutput, input, engine)
      }
      return Expanded(activationInput: hidden, upOutput: upOutput)
    case .none:
      step.withAllRows(input) { engine.linear(into: hidden, $0, weight: up.weight) }
      return Expanded(activationInput: hidden, upOutput: nil)
    }
  }

  /// stream + down(activation(expanded)); `stream` (R,h).
  func forward(_ expanded: consuming Expanded, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let (engine, keepsProduct) = (step.engine, step.convention.keepsActivationOutput)
    let keepsOutput = keepsProduct && (!isGated || step.convention.keepsGatedActivation)
    let outer = engine.enter("mlp")
    defer { engine.leave(outer) }
    let keepsInput = !(activation.isKnownByOutput && keepsOutput)
    let hidden = expanded.activationInput
    let upOutput = expanded.upOutput
    let activated = engine.make(hidden.rows, hidden.columns, .activation, .mlpActivationOutput)
    activate(into: activated, hidden, engine)
    let product = Self.product(activated, upOutput, engine)
    let projected = project(product, activated, addingTo: stream, step)
    return Forwarded(
      stream: projected.stream,
      saved: Saved(
        activationInput: hidden.kept(if: keepsInput),
        activationOutput: activated.kept(if: keepsOutput), upOutput: upOutput,
        product: product?.kept(if: keepsProduct) ?? nil, projection: projected.saved))
  }

  private func activate(
    into output: borrowing Tensor, _ input: borrowing Tensor, _ engine: Engine
  ) {
    if isGated { return engine.activate(into: output, input, activation) }
    switch up.bias {
    case .some(let bias): engine.biasActivate(into: output, input, bias: bias.value, activation)
    case .none: engine.activate(into: output, input, activation)
    }
  }

  /// What a gated network sends down; nil for one without a gate, which sends its activation.
  private static func product(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor?, _ engine: Engine
  ) -> Tensor? {
    switch upOutput {
    case .none: nil
    case .some(let upOutput): product(activated, upOutput, .activation, engine)
    }
  }

  static func product(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor, _ category: Category,
    _ engine: Engine
  ) -> Tensor {
    let product = engine.make(activated.rows, activated.columns, category, .mlpProduct)
    engine.multiply(into: product, activated, upOutput)
    return product
  }

  private func project(
    _ product: borrowing Tensor?, _ activated: borrowing Tensor,
    addingTo stream: borrowing Tensor, _ step: Step
  ) -> Forwarded<ResidualProjection.Saved> {
    switch product {
    case .some(let product): down.forward(product, addingTo: stream, step)
    case .none: down.forward(activated, addingTo: stream, step)
    }
  }
}
