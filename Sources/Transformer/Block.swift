import Catalogue
import Instrument

/// A block: attention, behind an encoder attention to its output, and a feed-forward network. Its
/// norms come before them (`Block+PreNorm.swift`) or behind (`Block+PostNorm.swift`), or the network
/// works beside the attention (`Block+Parallel.swift`).
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
    switch residual {
    case .sequential: return preNorm(stream, memory, step)
    case .postNorm: return postNorm(stream, memory, step)
    case .parallel, .parallelSharedNorm: return parallel(stream, step)
    }
  }

  /// Gradients. That of the residual stream (R,h) is updated in place, from the one after the block
  /// to the one before it; what was kept is freed on the way.
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, _ memory: borrowing Memory?,
    _ step: Step
  ) {
    let outer = step.engine.enter(name)
    defer { step.engine.leave(outer) }
    switch residual {
    case .sequential: preNormBackward(gradient, saved, memory, step)
    case .postNorm: postNormBackward(gradient, saved, memory, step)
    case .parallel, .parallelSharedNorm: parallelBackward(gradient, saved, step)
    }
  }

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
}
