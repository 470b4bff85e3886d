import Catalogue
import Instrument

/// Blocks behind an encoder: between attention and feed-forward network they attend to its output.
extension Block {
  /// Attention to an encoder's output, and its norm.
  struct Cross: ~Copyable {
    var norm: Norm
    var attention: CrossAttention

    /// What backward needs.
    struct Saved: ~Copyable {
      let norm: Norm.Saved
      let attention: CrossAttention.Saved
      /// The sum of the stream and the attention's output, (R,h).
      let sum: Tensor
    }

    init(
      _ shape: ModelShape, layer: Int,
      _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
    ) {
      norm = Norm("crossNorm", shape, engine)
      attention = CrossAttention(shape, layer: layer, initialisation, engine)
    }
  }

  /// x + attention(norm(x)), x + cross(norm(x)), and then x + mlp(norm(x)).
  func crossedSequential(
    _ stream: consuming Tensor, _ cross: borrowing Cross, _ memory: borrowing Memory, _ step: Step
  ) -> Forwarded<Saved> {
    let normalised = attentionNorm.forward(stream, step)
    let heads = attention.project(normalised.output, step)
    let attentionNormSaved = normalised.kept(step)
    let attended = attention.forward(heads, addingTo: stream, step)
    attentionNorm.keepInput(stream, step)

    let middle = attended.stream
    let crossNormalised = cross.norm.forward(middle, step)
    let pair = cross.attention.project(crossNormalised.output, memory, step)
    let crossNormSaved = crossNormalised.kept(step)
    let crossed = cross.attention.forward(pair, addingTo: middle, step)
    cross.norm.keepInput(middle, step)

    let sum = crossed.stream
    let mlpNormalised = mlpNorm!.forward(sum, step)
    let expanded = mlp.expand(mlpNormalised.output, step)
    let mlpNormSaved = mlpNormalised.kept(step)
    let after = mlp.forward(expanded, addingTo: sum, step)
    mlpNorm!.keepInput(sum, step)
    return Forwarded(
      stream: after.stream,
      saved: Saved(
        input: stream, attentionNorm: attentionNormSaved, attention: attended.saved,
        middle: middle,
        cross: Cross.Saved(norm: crossNormSaved, attention: crossed.saved, sum: sum),
        mlpNorm: mlpNormSaved, mlp: after.saved, sum: nil))
  }

  /// norm(x + attention(x)), norm(x + cross(x)), and then norm(x + mlp(x)).
  func crossedPostNorm(
    _ stream: consuming Tensor, _ cross: borrowing Cross, _ memory: borrowing Memory, _ step: Step
  ) -> Forwarded<Saved> {
    let heads = attention.project(stream, step)
    let attended = attention.forward(heads, addingTo: stream, step)
    let normalised = attentionNorm.forward(attended.stream, step)
    attentionNorm.keepInput(attended.stream, step)

    let pair = cross.attention.project(normalised.output, memory, step)
    let crossed = cross.attention.forward(pair, addingTo: normalised.output, step)
    let attentionNormSaved = normalised.kept(step)
    let crossNormalised = cross.norm.forward(crossed.stream, step)
    cross.norm.keepInput(crossed.stream, step)

    let expanded = mlp.expand(crossNormalised.output, step)
    let sum = mlp.forward(expanded, addingTo: crossNormalised.output, step)
    let crossNormSaved = crossNormalised.kept(step)
    let after = mlpNorm!.forward(sum.stream, step).parts()
    mlpNorm!.keepInput(sum.stream, step)
    return Forwarded(
      stream: after.output,
      saved: Saved(
        input: stream, attentionNorm: attentionNormSaved, attention: attended.saved,
        middle: attended.stream,
        cross: Cross.Saved(norm: crossNormSaved, attention: crossed.saved, sum: crossed.stream),
        mlpNorm: after.saved, mlp: sum.saved, sum: sum.stream))
  }
}

extension Block {
  /// Gradients of `crossedSequential`; that of the stream (R,h) is updated in place.
  mutating func crossedSequentialBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory,
    _ step: Step
  ) {
    let engine = step.engine
    let crossed = saved.cross!
    let mlpNormSaved = saved.mlpNorm!
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: mlpNorm!, mlpNormSaved, of: crossed.sum, step)
    mlpNorm!.backward(
      into: gradient, addingResidual: true, from: mlpGradient, mlpNormSaved, of: crossed.sum,
      engine)
    _ = consume mlpGradient
    _ = consume mlpNormSaved
    _ = consume crossed.sum

    let middle = saved.middle!
    let crossGradient = cross!.backward(
      gradient, crossed.attention, memory, crossed.norm, of: middle, step)
    cross!.norm.backward(
      into: gradient, addingResidual: true, from: crossGradient, crossed.norm, of: middle, engine)
    _ = consume crossGradient
    _ = consume middle

    let attentionGradient = attention.backward(
      gradient, saved.attention, input: attentionNorm, saved.attentionNorm, of: saved.input, step)
    attentionNorm.backward(
      into: gradient, addingResidual: true, from: attentionGradient, saved.attentionNorm,
      of: saved.input, engine)
  }

  /// Gradients of `crossedPostNorm`; that of the stream (R,h) is updated in place.
  mutating func crossedPostNormBackward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory,
    _ step: Step
  ) {
    let engine = step.engine
    let crossed = saved.cross!
    let sum = saved.sum!
    let mlpNormSaved = saved.mlpNorm!
    mlpNorm!.backward(
      into: gradient, addingResidual: false, from: gradient, mlpNormSaved, of: sum, engine)
    _ = consume mlpNormSaved
    _ = consume sum
    let mlpGradient = mlp.backward(
      gradient, saved.mlp, input: cross!.norm, crossed.norm, of: crossed.sum, step)
    engine.add(into: gradient, gradient, mlpGradient)
    _ = consume mlpGradient

    cross!.norm.backward(
      into: gradient, addingResidual: false, from: gradient, crossed.norm, of: crossed.sum,
      engine)
    _ = consume crossed.sum
    let middle = saved.middle!
    let crossGradient = cross!.attention.backward(
      gradient, crossed.attention, memory, input: attentionNorm, saved.attentionNorm, of: middle,
      step)
    engine.add(into: gradient, gradient, crossGradient)
    _ = consume crossGradient

    attentionNorm.backward(
      into: gradient, addingResidual: false, from: gradient, saved.attentionNorm, of: middle,
      engine)
    _ = consume middle
    let attentionGradient = attention.backward(
      gradient, saved.attention, input: saved.input, step)
    engine.add(into: gradient, gradient, attentionGradient)
  }
}

extension Block.Cross {
  /// Gradients where its own norm gave the input.
  fileprivate mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming CrossAttention.Saved,
    _ memory: borrowing Memory, _ normSaved: borrowing Norm.Saved, of normInput: borrowing Tensor,
    _ step: Step
  ) -> Tensor {
    attention.backward(
      gradient, saved, memory, input: norm, normSaved, of: normInput, step)
  }
}
