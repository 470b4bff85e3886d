import Catalogue
import Instrument

/// softmax(q·kᵀ/√d)·v, causal: what the recipe's kind of attention keeps, forward and backward.
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
    let heads: QueryKeyValue
  }

  /// What eager attention keeps: (b·a·s, s) tensors, and the heads.
  struct Eager: ~Copyable {
    let heads: QueryKeyValue
    let scores: Tensor?
    let probabilities: Tensor
    let mask: Tensor?
    let dropped: Tensor?

    func attention(_ dropout: Dropout, _ step: Step) -> DenseAttention {
      let shape = step.attentionShape
      let matrices = AttentionMatrices(
        scores: scores, probabilities: probabilities, dropped: dropped, mask: mask)
      return DenseAttention(matrices, heads.places(shape), shape, dropout)
    }
  }

  /// Writes the context (R,a·d) from queries, keys and values (R,(a+2g)·d).
  static func forward(
    into context: borrowing Tensor, _ qkv: consuming Tensor, _ dropout: Dropout, _ step: Step
  ) -> Saved {
    switch step.recipe.attention {
    case .eager: eager(into: context, qkv, dropout, step)
    case .flash: flash(into: context, qkv, dropout, step)
    }
  }

  private static func eager(
    into context: borrowing Tensor, _ qkv: consuming Tensor, _ dropout: Dropout, _ step: Step
  ) -> Saved {
    let saved = attend(into: context, arranged(qkv, step), dropout, step)
    if step.recipe.recompute == .selective { return .forgotten(saved.heads) }
    return .eager(saved)
  }

  private static func attend(
    into context: borrowing Tensor, _ heads: consuming QueryKeyValue, _ dropout: Dropout,
    _ step: Step
  ) -> Eager {
    let saved = allocate(heads, dropout, step)
    step.engine.attend(into: context, saved.attention(dropout, step))
    return saved
  }

  private static func flash(
    into context: borrowing Tensor, _ qkv: consuming Tensor, _ dropout: Dropout, _ step: Step
  ) -> Saved {
    let shape = step.attentionShape
    let heads = QueryKeyValue.fused(qkv)
    let logSumExp = step.engine.make(
      step.recipe.batch * step.shape.heads, step.recipe.sequence, .activation,
      .attentionLogSumExp, precision: .fp32)
    step.engine.flashAttention(into: context, logSumExp: logSumExp, heads, shape, dropout)
    return .flash(Flash(logSumExp: logSumExp, heads: heads))
  }

  /// Gradients.
  ///
  /// - Parameters:
  ///   - gradient: (R,a·d), of the context.
  ///   - context: (R,a·d), what forward wrote.
  /// - Returns: the gradient of queries, keys and values, (R,(a+2g)·d).
  static func backward(
    _ gradient: borrowing Tensor, context: borrowing Tensor, _ saved: consuming Saved,
    _ dropout: Dropout, _ step: Step
  ) -> Tensor {
    let engine = step.engine
    let qkvGradient = engine.make(
      gradient.rows, step.attentionShape.qkvWidth, .temporary, .activationGradient)
    switch consume saved {
    case .eager(let saved):
      engine.attendBackward(into: qkvGradient, from: gradient, saved.attention(dropout, step))
    case .forgotten(let heads):
      engine.beginRecomputing()
      let context = engine.make(
        gradient.rows, gradient.columns, .temporary, .attentionWorkspace)
      let saved = attend(into: context, heads, dropout, step)
      engine.endRecomputing()
      engine.attendBackward(into: qkvGradient, from: gradient, saved.attention(dropout, step))
    case .flash(let saved):
      engine.flashAttentionBackward(
        into: qkvGradient, from: gradient, context: context, logSumExp: saved.logSumExp,
        saved.heads, step.attentionShape, dropout)
    }
    return qkvGradient
  }

  /// The layout that the convention asks for.
  private static func arranged(_ qkv: consuming Tensor, _ step: Step) -> QueryKeyValue {
    switch step.convention.qkv {
    case .fused: return .fused(qkv)
    case .split: return step.engine.splitHeads(qkv, step.attentionShape)
    case .repeated:
      // PyTorch expands a single head of a single sequence without copying it.
      let isSingle = step.recipe.batch * step.shape.kvHeads == 1
      return step.engine.splitHeads(qkv, step.attentionShape, repeating: !isSingle)
    }
  }

  private static func allocate(
    _ heads: consuming QueryKeyValue, _ dropout: Dropout, _ step: Step
  ) -> Eager {
    let (engine, convention, sequence) = (step.engine, step.convention, step.recipe.sequence)
    let (rows, formats) = (step.rows * step.shape.heads, engine.formats)
    // Values are multiplied by probabilities of their own format.
    let isConverted = formats.softmax != formats.activation
    func matrix(_ role: TensorRole, _ precision: Precision, if keeps: Bool) -> Tensor? {
      keeps ? engine.make(rows, sequence, .activation, role, precision: precision) : nil
    }
    return Eager(
      heads: heads,
      scores: matrix(.attentionScores, formats.softmax, if: convention.keepsScores),
      probabilities: engine.make(
        rows, sequence, .activation, .attentionProbabilities, precision: formats.softmax),
      mask: matrix(
        .attentionDropoutMask, .int8, if: dropout.isActive && convention.dropoutMask == .byte),
      dropped: matrix(
        .attentionDroppedProbabilities, formats.activation,
        if: isConverted || dropout.isActive && convention.keepsDroppedProbabilities))
  }
}
