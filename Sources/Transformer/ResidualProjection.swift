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
    linear = Linear(
      roles, input: input, output: shape.hidden, split: .columns(input), initialisation, engine)
    join = ResidualJoin(outputRole: outputRole, dropout: dropout)
  }

  /// stream + dropout(input·Wᵀ + bias); `input` (R,in), `stream` (R,h).
  func forward(_ input: borrowing Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    switch linear.bias {
    case .some(let bias) where !join.isApart(step):
      return forward(input, bias: bias.value, addingTo: stream, step)
    default:
      return join.forward(addingTo: stream, step) { branch in
        project(into: branch, input, step)
        linear.addBias(branch, step.engine)
      }
    }
  }

  /// The same where nothing lies between the projection and the stream: bias and stream are added in
  /// one pass.
  private func forward(
    _ input: borrowing Tensor, bias: borrowing Tensor, addingTo stream: borrowing Tensor,
    _ step: Step
  ) -> Forwarded<Saved> {
    let engine = step.engine
    let output = engine.make(
      stream.rows, stream.columns, .activation, .blockOutput, precision: engine.formats.stream)
    project(into: output, input, step)
    engine.addBiasAndResidual(output, bias: bias, residual: stream)
    return Forwarded(stream: output, saved: Saved(mask: nil, output: nil))
  }

  /// The linear layer without its bias, summed over the ranks that share it.
  private func project(
    into output: borrowing Tensor, _ input: borrowing Tensor, _ step: Step
  ) {
    step.sum(into: output) { step.engine.linear(into: $0, input, weight: linear.weight) }
  }

  /// Gradients from that of the stream after the addition; the stream's own passes by unchanged.
  ///
  /// - Returns: the gradient of the input, (R,in).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    join.backward(gradient, saved, step) { branch in
      step.withAllRows(branch) { linear.backward($0, input: input, step.engine) }
    }
  }
}
