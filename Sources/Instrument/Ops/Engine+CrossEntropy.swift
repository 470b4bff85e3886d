import CKernels
import Catalogue

extension Engine {
  /// Arithmetic operations per logit: maximum, difference, exponential, sum and normalisation.
  private static let crossEntropyFLOPs = 5
  /// Exponential or probability, difference and scale.
  private static let crossEntropyBackwardFLOPs = 3

  /// How the distribution over the vocabulary is stored.
  public enum Distribution {
    /// Logarithms of probabilities.
    case logarithm
    /// Probabilities.
    case probability
  }

  /// Cross-entropy of each row. Tensor-parallel ranks have parts of V.
  ///
  /// - Parameters:
  ///   - output: (R,V); may be `logits` itself.
  ///   - distribution: whether the output is to be log-probabilities or probabilities.
  ///   - losses: (R,1), written.
  ///   - logits: (R,V).
  ///   - targets: (B,T) ids; negative where there is none.
  public func crossEntropy(
    into output: borrowing Tensor, as distribution: Distribution, losses: borrowing Tensor,
    _ logits: borrowing Tensor, targets: borrowing Tensor
  ) {
    record(
      .crossEntropy,
      elementwise: Self.crossEntropyFLOPs * logits.count,
      touching: 2 * logits.bytes + losses.bytes + targets.bytes)
    if rank.layout.tensor > 1 {
      return crossEntropyDivided(
        into: output, as: distribution, losses: losses, logits, targets: targets)
    }
    guard isReal else { return }
    let (l, ids, width) = (losses.floats, targets.integers, logits.columns)
    RowKernel.perform(logits.rows, grain: 1, [.written(output), .read(logits)]) { rows, at in
      let first = rows.lowerBound
      switch distribution {
      case .logarithm:
        cross_entropy_forward(at[0], l + first, at[1], ids + first, rows.count, width)
      case .probability:
        softmax_loss_forward(at[0], l + first, at[1], ids + first, rows.count, width)
      }
    }
  }

  /// Gradient of the mean cross-entropy with respect to the logits.
  ///
  /// - Parameters:
  ///   - gradient: (R,V), written; may be `output` itself.
  ///   - output: (R,V), what forward wrote.
  ///   - distribution: what that is.
  ///   - targets: (B,T) ids; negative where there is none.
  ///   - scale: the weight of a row in the loss: for a mean, one by the rows that have a target.
  public func crossEntropyBackward(
    into gradient: borrowing Tensor, _ output: borrowing Tensor, as distribution: Distribution,
    targets: borrowing Tensor, scale: Float
  ) {
    record(
      .crossEntropyBackward,
      elementwise: Self.crossEntropyBackwardFLOPs * output.count,
      touching: 2 * output.bytes + targets.bytes)
    if rank.layout.tensor > 1 {
      return crossEntropyDividedBackward(
        into: gradient, output, as: distribution, targets: targets, scale: scale)
    }
    guard isReal else { return }
    let (ids, width) = (targets.integers, output.columns)
    RowKernel.perform(output.rows, grain: 1, [.written(gradient), .read(output)]) { rows, at in
      let targets = ids + rows.lowerBound
      switch distribution {
      case .logarithm:
        cross_entropy_backward(at[0], at[1], targets, scale, rows.count, width)
      case .probability:
        softmax_loss_backward(at[0], at[1], targets, scale, rows.count, width)
      }
    }
  }

  /// The mean of `losses` (R,1) over the rows that have a target; nil in a dry run.
  public func mean(_ losses: borrowing Tensor, targets: borrowing Tensor) -> Double? {
    record(.mean, elementwise: losses.count, touching: losses.bytes)
    guard isReal else { return nil }
    return losses.values().reduce(0) { $0 + Double($1) } / Double(count(targets))
  }

  /// How many of `targets` (B,T) are there, not negative; in a dry run, where nobody knows, all.
  public func count(_ targets: borrowing Tensor) -> Int {
    guard isReal else { return targets.count }
    let ids = UnsafeBufferPointer(start: targets.integers, count: targets.count)
    return ids.count { $0 >= 0 }
  }
}
