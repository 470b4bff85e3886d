import Catalogue
import Instrument

/// The end of a residual branch: a linear layer back to the residual stream, dropout, and the
/// addition to the stream.
struct ResidualProjection: ~Copyable {
  var weight: Parameter
  var bias: Parameter
  private let roles: Roles
  private let site: Step.DropoutSite
  private let layer: Int

  /// The names of what one such branch keeps.
  struct Roles {
    let weight: TensorRole
    let bias: TensorRole
    let output: TensorRole
    let mask: TensorRole
  }

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    let mask: Tensor?
    let output: Tensor?
  }

  /// The result of forward.
  struct Forwarded: ~Copyable {
    let stream: Tensor
    let saved: Saved
  }

  init(
    _ roles: Roles, input: Int, _ shape: ModelShape, layer: Int, _ site: Step.DropoutSite,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    weight = Parameter(roles.weight, shape.hidden, input, initialisation(roles.weight), engine)
    bias = Parameter(roles.bias, 1, shape.hidden, .constant(0), engine)
    self.roles = roles
    self.site = site
    self.layer = layer
  }

  /// stream + dropout(input·Wᵀ + bias); `input` (R,in), `stream` (R,h).
  func forward(_ input: borrowing Tensor, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded
  {
    let engine = step.engine
    let (rows, hidden) = (stream.rows, stream.columns)
    let dropout = step.dropout(site, layer: layer)
    let output = engine.make(rows, hidden, .activation, .blockOutput)
    if !dropout.isActive, !step.convention.keepsProjectionOutput {
      engine.linear(into: output, input, weight: weight.value)
      engine.addBiasAndResidual(output, bias: bias.value, residual: stream)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: nil))
    }
    let projected = engine.make(rows, hidden, .activation, roles.output)
    engine.linear(into: projected, input, weight: weight.value)
    engine.addBias(projected, bias.value)
    guard dropout.isActive else {
      engine.add(into: output, projected, stream)
      return Forwarded(stream: output, saved: Saved(mask: nil, output: projected))
    }
    let mask = engine.make(rows, hidden, .activation, roles.mask, precision: .int8)
    engine.dropoutMask(mask, dropout)
    engine.applyDropout(into: output, projected, mask: mask, dropout)
    engine.add(into: output, output, stream)
    return Forwarded(
      stream: output,
      saved: Saved(
        mask: mask.kept(if: step.convention.dropoutMask == .byte),
        output: projected.kept(if: step.convention.keepsProjectionOutput)))
  }

  /// Gradients from that of the stream after the addition; the stream's own passes by unchanged.
  ///
  /// - Returns: the gradient of the input, (R,in).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input: borrowing Tensor, _ step: Step
  ) -> Tensor {
    let dropout = step.dropout(site, layer: layer)
    guard dropout.isActive else { return branchBackward(gradient, input: input, step.engine) }
    let engine = step.engine
    let branch = engine.make(gradient.rows, gradient.columns, .temporary, .activationGradient)
    let mask = Self.mask(saved, roles.mask, like: gradient, dropout, engine)
    engine.applyDropout(into: branch, gradient, mask: mask, dropout)
    _ = consume mask
    return branchBackward(branch, input: input, engine)
  }

  private mutating func branchBackward(
    _ gradient: borrowing Tensor, input: borrowing Tensor, _ engine: Engine
  ) -> Tensor {
    bias.accumulate { bias, accumulating in
      engine.biasGradient(into: bias, accumulating: accumulating, gradient)
    }
    weight.accumulate { weight, accumulating in
      engine.linearWeightGradient(
        into: weight, accumulating: accumulating, gradient, input: input)
    }
    let inputGradient = engine.make(input.rows, input.columns, .temporary, .activationGradient)
    engine.linearInputGradient(into: inputGradient, gradient, weight: weight.value)
    return inputGradient
  }

  /// The mask: as it was kept, or made again from its seed.
  private static func mask(
    _ saved: consuming Saved, _ role: TensorRole, like gradient: borrowing Tensor,
    _ dropout: Dropout, _ engine: Engine
  ) -> Tensor {
    if let mask = saved.mask { return mask }
    let mask = engine.make(gradient.rows, gradient.columns, .temporary, role, precision: .int8)
    engine.recomputing { engine.dropoutMask(mask, dropout) }
    return mask
  }
}
