import Catalogue
import Instrument

/// The end of a residual branch: a linear layer back to the residual stream, dropout, and the
/// addition to the stream.
struct ResidualProjection: ~Copyable {
  var linear: Linear
  private let outputRole: TensorRole
  private let dropout: DropoutLayer

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    let mask: Tensor?
    let output: Tensor?
  }

  init(
    _ roles: Linear.Roles, outputRole: TensorRole, dropout: DropoutLayer, input: Int,
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    linear = Linear(
      roles, input: input, output: shape.hidden, split: .columns(input), initialisation, engine)
    self.outputRole = outputRole
    self.dropout = dropout
  }

  /// stream + dropout(input·Wᵀ + bias); `input` (R,in), `stream` (R,h).
  func forward(_ input: borrowing Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    let engine = step.engine
    let (rows, hidden) = (stream.rows, stream.columns)
    let output = engine.make(
      rows, hidden, .activation, .blockOutput, precision: engine.formats.stream)
    if !dropout.isActive(step), !step.convention.keepsProjectionOutput {
      forwardInPlace(output, input, addingTo: stream, step)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: nil))
    }
    let projected = engine.make(rows, hidden, .activation, outputRole)
    step.sum(into: projected) { engine.linear(into: $0, input, weight: linear.weight) }
    linear.addBias(projected, engine)
    guard dropout.isActive(step) else {
      engine.add(into: output, projected, stream)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: projected))
    }
    let mask = dropout.forward(into: output, projected, step)
    engine.add(into: output, output, stream)
    return Forwarded(
      stream: output,
      saved: Saved(mask: mask, output: projected.kept(if: step.convention.keepsProjectionOutput)))
  }

  /// The same where nothing lies between the projection and the stream.
  private func forwardInPlace(
    _ output: borrowing Tensor, _ input: borrowing Tensor, addingTo stream: borrowing Tensor,
    _ step: Step
  ) {
    let engine = step.engine
    step.sum(into: output) { engine.linear(into: $0, input, weight: linear.weight) }
    switch linear.bias {
    case .some(let bias): engine.addBiasAndResidual(output, bias: bias.value, residual: stream)
    case .none: engine.add(into: output, output, stream)
    }
  }

  /// Gradients from that of the stream after the addition; the stream's own passes by unchanged.
  ///
  /// - Returns: the gradient of the input, (R,in).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    guard dropout.isActive(step) else { return linearBackward(gradient, input: input, step) }
    let branch = engine.make(gradient.rows, gradient.columns, .temporary, .activationGradient)
    dropout.backward(into: branch, gradient, saved.mask, step)
    return linearBackward(branch, input: input, step)
  }

  /// The same of the linear layer, of whose output this rank has some rows.
  private mutating func linearBackward(
    _ gradient: borrowing Tensor, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    step.withAllRows(gradient) { linear.backward($0, input: input, step.engine) }
  }
}
