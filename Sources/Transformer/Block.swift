import Catalogue
import Instrument

/// A pre-norm block: x + attention(norm(x)), and then x + mlp(norm(x)).
public struct Block: ~Copyable {
  var attentionNorm: LayerNorm
  var attention: SelfAttention
  var mlpNorm: LayerNorm
  var mlp: MLP
  private let name: String

  /// What backward needs: the type is the list of what a block keeps.
  struct Saved: ~Copyable {
    let attentionNorm: LayerNorm.Saved
    let attention: SelfAttention.Saved
    let mlpNorm: LayerNorm.Saved
    let mlp: MLP.Saved
  }

  init(
    _ shape: ModelShape, layer: Int,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    name = "block.\(layer)"
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    attentionNorm = LayerNorm("attentionNorm", shape, engine)
    attention = SelfAttention(shape, layer: layer, initialisation, engine)
    mlpNorm = LayerNorm("mlpNorm", shape, engine)
    mlp = MLP(shape, layer: layer, initialisation, engine)
  }

  /// The residual stream (R,h) after the block, from the one before it.
  func forward(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    let attended = attentionNorm.forward(stream, step)
    let middle = attention.forward(attended.output, addingTo: stream, step)
    let attentionNormSaved = attentionNorm.save(stream, attended.statistics, step)

    let normalised = mlpNorm.forward(middle.stream, step)
    let after = mlp.forward(normalised.output, addingTo: middle.stream, step)
    let mlpNormSaved = mlpNorm.save(middle.stream, normalised.statistics, step)
    return Forwarded(
      stream: after.stream,
      saved: Saved(
        attentionNorm: attentionNormSaved, attention: middle.saved, mlpNorm: mlpNormSaved,
        mlp: after.saved))
  }

  /// Gradients. That of the residual stream (R,h) is updated in place, from the one after the block
  /// to the one before it; what was kept is freed on the way.
  mutating func backward(_ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step) {
    let engine = step.engine
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: mlpNorm, again: saved.mlpNorm, step)
    mlpNorm.backward(
      into: gradient, addingResidual: true, from: mlpGradient, saved.mlpNorm, engine)
    _ = consume mlpGradient
    _ = consume saved.mlpNorm

    let attentionGradient = attention.backward(
      gradient, saved.attention, input: attentionNorm, again: saved.attentionNorm, step)
    attentionNorm.backward(
      into: gradient, addingResidual: true, from: attentionGradient, saved.attentionNorm, engine)
  }
}
