import Catalogue
import Instrument

/// A pre-norm block. In sequence: x + attention(norm(x)), and then x + mlp(norm(x)). In parallel:
/// x + attention(norm(x)) + mlp(norm(x)), with a norm for each or one for both.
public struct Block: ~Copyable {
  var attentionNorm: Norm
  var attention: SelfAttention
  /// Nil where the norm before the attention serves both.
  var mlpNorm: Norm?
  var mlp: FeedForward
  let isParallel: Bool
  let name: String

  /// What backward needs: the type is the list of what a block keeps.
  struct Saved: ~Copyable {
    /// The residual stream before the block, (R,h).
    let input: Tensor
    let attentionNorm: Norm.Saved
    let attention: SelfAttention.Saved
    /// The stream between attention and feed-forward network; nil where they are parallel.
    let middle: Tensor?
    let mlpNorm: Norm.Saved?
    let mlp: FeedForward.Saved
  }

  init(
    _ shape: ModelShape, layer: Int,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    let residual = shape.architecture.residual
    name = "block.\(layer)"
    isParallel = residual != .sequential
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    attentionNorm = Norm("attentionNorm", shape, engine)
    attention = SelfAttention(shape, layer: layer, initialisation, engine)
    mlpNorm = residual == .parallelSharedNorm ? nil : Norm("mlpNorm", shape, engine)
    mlp = FeedForward(shape, layer: layer, initialisation, engine)
  }

  /// The residual stream (R,h) after the block, from the one before it.
  func forward(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    return isParallel ? parallel(stream, step) : sequential(stream, step)
  }

  private func sequential(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let normalised = attentionNorm.forward(stream, step)
    let heads = attention.project(normalised.output, step)
    let attentionNormSaved = normalised.kept(step)
    let attended = attention.forward(heads, addingTo: stream, step)
    attentionNorm.keepInput(stream, step)

    let middle = attended.stream
    let mlpNormalised = mlpNorm!.forward(middle, step)
    let expanded = mlp.expand(mlpNormalised.output, step)
    let mlpNormSaved = mlpNormalised.kept(step)
    let after = mlp.forward(expanded, addingTo: middle, step)
    mlpNorm!.keepInput(middle, step)
    return Forwarded(
      stream: after.stream,
      saved: Saved(
        input: stream, attentionNorm: attentionNormSaved, attention: attended.saved,
        middle: middle, mlpNorm: mlpNormSaved, mlp: after.saved))
  }

  private func parallel(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let normalised = attentionNorm.forward(stream, step)
    let heads = attention.project(normalised.output, step)
    let attended = attention.forward(heads, addingTo: stream, step)

    let mlpNormalised = mlpNorm?.forward(stream, step)
    let expanded = expand(mlpNormalised, normalised, step)
    let after = mlp.forward(expanded, addingTo: attended.stream, step)
    attentionNorm.keepInput(stream, step)
    return Forwarded(
      stream: after.stream,
      saved: Saved(
        input: stream, attentionNorm: normalised.kept(step), attention: attended.saved,
        middle: nil, mlpNorm: mlpNormalised?.kept(step), mlp: after.saved))
  }

  private func expand(
    _ own: borrowing Norm.Normalised?, _ shared: borrowing Norm.Normalised, _ step: Step
  ) -> FeedForward.Expanded {
    switch own {
    case .some(let own): mlp.expand(own.output, step)
    case .none: mlp.expand(shared.output, step)
    }
  }
}
