import Catalogue
import Instrument

/// Where a residual branch joins the stream: dropout, and the addition.
struct ResidualJoin {
  let outputRole: TensorRole
  let dropout: DropoutLayer

  /// What backward needs.
  struct Saved: ~Copyable {
    let mask: Tensor?
    let output: Tensor?
  }

  /// Whether the branch needs a tensor of its own before it is added.
  func isApart(_ step: Step) -> Bool {
    dropout.isActive(step) || step.convention.keepsProjectionOutput
  }

  /// stream + dropout(branch); `stream` (R,h).
  ///
  /// - Parameter write: writes the branch (R,h).
  func forward(
    addingTo stream: borrowing Tensor, _ step: Step, _ write: (borrowing Tensor) -> Void
  ) -> Forwarded<Saved> {
    let engine = step.engine
    let (rows, hidden) = (stream.rows, stream.columns)
    let output = engine.make(
      rows, hidden, .activation, .blockOutput, precision: engine.formats.stream)
    guard isApart(step) else {
      write(output)
      engine.add(into: output, output, stream)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: nil))
    }
    let branch = engine.make(rows, hidden, .activation, outputRole)
    write(branch)
    guard dropout.isActive(step) else {
      engine.add(into: output, branch, stream)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: branch))
    }
    let mask = dropout.forward(into: output, branch, step)
    engine.add(into: output, output, stream)
    return Forwarded(
      stream: output,
      saved: Saved(mask: mask, output: branch.kept(if: step.convention.keepsProjectionOutput)))
  }

  /// Calls `body` with the gradient of the branch: that of the stream, or what dropout leaves of it.
  func backward<Result: ~Copyable>(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step,
    _ body: (borrowing Tensor) -> Result
  ) -> Result {
    guard dropout.isActive(step) else { return body(gradient) }
    let branch = step.engine.make(
      gradient.rows, gradient.columns, .temporary, .activationGradient)
    dropout.backward(into: branch, gradient, saved.mask, step)
    return body(branch)
  }
}
