import Catalogue
import Instrument

/// A block. In sequence: x + attention(norm(x)), and then x + mlp(norm(x)); or post-norm:
/// norm(x + attention(x)), and then norm(x + mlp(x)). In parallel: x + attention(norm(x)) +
/// mlp(norm(x)), with a norm for each or one for both. Those behind an encoder are in
/// `Block+Cross.swift`.
public struct Block: ~Copyable {
  var attentionNorm: Norm
  var attention: SelfAttention
  /// Of a decoder behind an encoder.
  var cross: Cross?
  /// Nil where the norm before the attention serves both.
  var mlpNorm: Norm?
  var mlp: FeedForward
  let residual: Architecture.Residual
  let name: String

  /// What backward needs: the type is the list of what a block keeps.
  struct Saved: ~Copyable {
    /// The residual stream before the block, (R,h).
    let input: Tensor
    let attentionNorm: Norm.Saved
    let attention: SelfAttention.Saved
    /// The sum of the stream and the attention's output; nil where the feed-forward network works
    /// beside it.
    let middle: Tensor?
    var cross: Cross.Saved? = nil
    let mlpNorm: Norm.Saved?
    let mlp: FeedForward.Saved
    /// The input of a norm that ends the block; nil where none does.
    let sum: Tensor?
  }

  init(
    _ shape: ModelShape, layer: Int,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    residual = shape.architecture.residual
    name = "block.\(layer)"
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    attentionNorm = Norm("attentionNorm", shape, engine)
    attention = SelfAttention(shape, layer: layer, initialisation, engine)
    cross = shape.hasEncoder ? Cross(shape, layer: layer, initialisation, engine) : nil
    mlpNorm = residual == .parallelSharedNorm ? nil : Norm("mlpNorm", shape, engine)
    mlp = FeedForward(shape, layer: layer, initialisation, engine)
  }

  /// The residual stream (R,h) after the block, from the one before it.
  ///
  /// - Parameters:
  ///   - stream: (R,h).
  ///   - memory: of a block behind an encoder.
  ///   - step: the step under way.
  func forward(
    _ stream: consuming Tensor, _ memory: borrowing Memory?, _ step: Step
  ) -> Forwarded<Saved> {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    switch memory {
    case .none: return forward(stream, step)
    case .some(let memory):
      switch cross {
      case .none: preconditionFailure("a block that does not attend to an encoder")
      case .some(let cross):
        return residual == .postNorm
          ? crossedPostNorm(stream, cross, memory, step)
          : crossedSequential(stream, cross, memory, step)
      }
    }
  }

  private func forward(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    switch residual {
    case .sequential: sequential(stream, step)
    case .postNorm: postNorm(stream, step)
    case .parallel, .parallelSharedNorm: parallel(stream, step)
    }
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
        middle: middle, mlpNorm: mlpNormSaved, mlp: after.saved, sum: nil))
  }

  private func postNorm(_ stream: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    let heads = attention.project(stream, step)
    let attended = attention.forward(heads, addingTo: stream, step)
    let normalised = attentionNorm.forward(attended.stream, step)
    attentionNorm.keepInput(attended.stream, step)

    let expanded = mlp.expand(normalised.output, step)
    let sum = mlp.forward(expanded, addingTo: normalised.output, step)
    let after = mlpNorm!.forward(sum.stream, step).parts()
    mlpNorm!.keepInput(sum.stream, step)
    return Forwarded(
      stream: after.output,
      saved: Saved(
        input: stream, attentionNorm: normalised.kept(step), attention: attended.saved,
        middle: attended.stream, mlpNorm: after.saved, mlp: sum.saved, sum: sum.stream))
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
        middle: nil, mlpNorm: mlpNormalised?.kept(step), mlp: after.saved, sum: nil))
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
