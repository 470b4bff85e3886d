import Catalogue
import Instrument

/// The end of a residual branch: a linear layer back to the residual stream, and the addition to it.
struct ResidualProjection: ~Copyable {
  var linear: Linear
  private let join: ResidualJoin

  typealias Saved = ResidualJoin.Saved

  init(
    _ roles: Linear.Roles, outputRole: TensorRole, dropout: DropoutLayer, input: Int,
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    linear = Linear(roles, input: input, output: shape.hidden, initialisation, engine)
    join = ResidualJoin(outputRole: outputRole, dropout: dropout)
  }

  /// stream + dropout(input·Wᵀ + bias); `input` (R,in), `stream` (R,h).
  func forward(_ input: borrowing Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    switch linear.bias {
    case .some(let bias) where !join.isApart(step):
      forward(input, bias: bias.value, addingTo: stream, step.engine)
    default:
      join.forward(addingTo: stream, step) { linear.forward(into: $0, input, step.engine) }
    }
  }

  /// The same where nothing lies between the projection and the stream: bias and stream are added in
  /// one pass.
  private func forward(
    _ input: borrowing Tensor, bias: borrowing Tensor, addingTo stream: borrowing Tensor,
    _ engine: Engine
  ) -> Forwarded<Saved> {
    let output = engine.make(
      stream.rows, stream.columns, .activation, .blockOutput, precision: engine.formats.stream)
    engine.linear(into: output, input, weight: linear.weight)
    engine.addBiasAndResidual(output, bias: bias, residual: stream)
    return Forwarded(stream: output, saved: Saved(mask: nil, output: nil))
  }

  /// Gradients from that of the stream after the addition; the stream's own passes by unchanged.
  ///
  /// - Returns: the gradient of the input, (R,in).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    join.backward(gradient, saved, step) { linear.backward($0, input: input, step.engine) }
  }
}
