import Catalogue
import Instrument

/// softmax(q·kᵀ/√d)·v: what the recipe's kind of attention keeps, forward and backward.
enum AttentionCore {
  /// What backward needs, besides the context.
  enum Saved: ~Copyable {
    case eager(Eager)
    case flash(Flash)
    /// Queries, keys and values only: the rest is made again.
    case forgotten(QueryKeyValue)
  }

  /// What tiled attention keeps.
  struct Flash: ~Copyable {
    let logSumExp: Tensor
    /// What the kernel wrote, where the context is a copy of it in another order.
    let output: Tensor?
    let heads: QueryKeyValue
  }

  /// What eager attention keeps: (b·a·T, S) tensors, and the heads.
  struct Eager: ~Copyable {
    let heads: QueryKeyValue
    let scores: Tensor?
    let probabilities: Tensor
    let mask: Tensor?
    let dropped: Tensor?

    func attention(
      _ places: HeadPlaces, _ shape: AttentionShape, _ dropout: Dropout
    ) -> DenseAttention {
      let matrices = AttentionMatrices(
        scores: scores, probabilities: probabilities, dropped: dropped, mask: mask)
      return DenseAttention(matrices, places, shape, dropout)
    }
  }

  /// Writes the context (R,a·d) from queries, keys and values as they were projected.
  static func forward(
    into context: borrowing Tensor, _ heads: consuming QueryKeyValue, _ shape: AttentionShape,
    _ dropout: Dropout, _ step: Step
  ) -> Saved {
    switch step.recipe.attention {
    case .eager: eager(into: context, heads, shape, dropout, step)
    case .flash: flash(into: context, heads, shape, dropout, step)
    }
  }

  private static func eager(
    into context: borrowing Tensor, _ heads: consuming QueryKeyValue, _ shape: AttentionShape,
    _ dropout: Dropout, _ step: Step
  ) -> Saved {
    let saved = attend(into: context, arranged(heads, shape, step), shape, dropout, step)
    if step.recipe.recompute == .selective { return .forgotten(saved.heads) }
    return .eager(saved)
  }

  private static func attend(
    into context: borrowing Tensor, _ heads: consuming QueryKeyValue, _ shape: AttentionShape,
    _ dropout: Dropout, _ step: Step
  ) -> Eager {
    let saved = allocate(heads, shape, dropout, step)
    step.withAllKeys(saved.heads, shape) {
      step.engine.attend(into: context, saved.attention($0, shape, dropout))
    }
    return saved
  }

  private static func flash(
    into context: borrowing Tensor, _ heads: consuming QueryKeyValue, _ shape: AttentionShape,
    _ dropout: Dropout, _ step: Step
  ) -> Saved {
    let logSumExp = step.engine.make(
      shape.items, shape.sequence, .activation, .attentionLogSumExp, precision: .fp32)
    step.withAllKeys(heads, shape) {
      step.engine.flashAttention(into: context, logSumExp: logSumExp, $0, shape, dropout)
    }
    let isCopied = step.convention.keepsFlashOutput && step.recipe.batch > 1
    let output =
      isCopied
      ? step.engine.copy(
        of: context, .activation, .attentionContext, precision: step.engine.formats.activation)
      : nil
    return .flash(Flash(logSumExp: logSumExp, output: output, heads: heads))
  }

  /// Gradients.
  ///
  /// - Parameters:
  ///   - gradients: of queries, keys and values as they were projected, written.
  ///   - gradient: (R,a·d), of the context.
  ///   - context: (R,a·d), what forward wrote.
  ///   - saved: what forward kept.
  ///   - shape: as in forward.
  ///   - dropout: as in forward.
  static func backward(
    into gradients: HeadPlaces, from gradient: borrowing Tensor, context: borrowing Tensor,
    _ saved: consuming Saved, _ shape: AttentionShape, _ dropout: Dropout, _ step: Step
  ) {
    let engine = step.engine
    switch consume saved {
    case .eager(let saved):
      backward(into: gradients, from: gradient, saved, shape, dropout, step)
    case .forgotten(let heads):
      engine.beginRecomputing()
      let context = engine.make(
        gradient.rows, gradient.columns, .temporary, .attentionWorkspace)
      let saved = attend(into: context, heads, shape, dropout, step)
      engine.endRecomputing()
      backward(into: gradients, from: gradient, saved, shape, dropout, step)
    case .flash(let saved):
      step.withAllKeys(saved.heads, shape) {
        engine.flashAttentionBackward(
          into: gradients, from: gradient, context: context, logSumExp: saved.logSumExp, $0,
          shape, dropout)
      }
    }
  }

  private static func backward(
    into gradients: HeadPlaces, from gradient: borrowing Tensor, _ saved: borrowing Eager,
    _ shape: AttentionShape, _ dropout: Dropout, _ step: Step
  ) {
    step.withAllKeys(saved.heads, shape) {
      step.engine.attendBackward(
        into: gradients, from: gradient, saved.attention($0, shape, dropout))
    }
  }

  /// The layout that the convention asks for; as they are where keys are to be put together.
  private static func arranged(
    _ heads: consuming QueryKeyValue, _ shape: AttentionShape, _ step: Step
  ) -> QueryKeyValue {
    guard step.rank.layout.context == 1 else { return heads }
    switch step.convention.qkv {
    case .fused: return heads
    case .split: return step.engine.splitHeads(heads, shape)
    case .repeated:
      // PyTorch expands a single head of a single sequence without copying it.
      return step.engine.splitHeads(heads, shape, repeating: shape.kvItems > 1)
    }
  }

  private static func allocate(
    _ heads: consuming QueryKeyValue, _ shape: AttentionShape, _ dropout: Dropout, _ step: Step
  ) -> Eager {
    let (engine, convention) = (step.engine, step.convention)
    let (rows, keys, formats) = (shape.items * shape.sequence, shape.keys, engine.formats)
    // Values are multiplied by probabilities of their own format.
    let isConverted = formats.softmax != formats.activation
    func matrix(_ role: TensorRole, _ precision: Precision, if keeps: Bool) -> Tensor? {
      keeps ? engine.make(rows, keys, .activation, role, precision: precision) : nil
    }
    return Eager(
      heads: heads,
      scores: matrix(.attentionScores, formats.softmax, if: convention.keepsScores),
      probabilities: engine.make(
        rows, keys, .activation, .attentionProbabilities, precision: formats.softmax),
      mask: matrix(
        .attentionDropoutMask, .int8, if: dropout.isActive && convention.dropoutMask == .byte),
      dropped: matrix(
        .attentionDroppedProbabilities, formats.activation,
        if: isConverted || dropout.isActive && convention.keepsDroppedProbabilities))
  }
}
