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

  /// A new tensor with the elements of another, in another format.
  ///
  /// - Parameters:
  ///   - input: the other.
  ///   - category: what the new one is for.
  ///   - role: which tensor it is.
  ///   - precision: its format.
  public func copy(
    of input: borrowing Tensor, _ category: Category, _ role: TensorRole, precision: Precision
  ) -> Tensor {
    let output = make(input.rows, input.columns, category, role, precision: precision)
    convert(into: output, input)
    return output
  }

  /// Copies a tensor into one of another format.
  public func convert(into output: borrowing Tensor, _ input: borrowing Tensor) {
    record(.convert, touching: output.bytes + input.bytes)
    guard isReal else { return }
    convertQuietly(into: output, input)
  }

  /// The same as a part of an op that is counted. Only in a real run.
  func convertQuietly(into output: borrowing Tensor, _ input: borrowing Tensor) {
    let (source, target) = (input.elements, output.elements)
    Parallel.ranges(input.count, grain: 1 << 14) { range in
      source.advanced(by: range.lowerBound).copy(
        count: range.count, to: target.advanced(by: range.lowerBound))
    }
  }

  /// Sets every element.
  public func fill(_ tensor: borrowing Tensor, with value: Float) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    RowKernel.perform(tensor.count, grain: 1 << 16, [.elements(tensor, .written)]) { range, at in
      at[0].update(repeating: value, count: range.count)
    }
  }

  /// Sets every element to a sample of a normal distribution, a function of `seed` alone.
  public func fillNormal(
    _ tensor: borrowing Tensor, seed: UInt64, mean: Float = 0, deviation: Float
  ) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    RowKernel.perform(tensor.count, grain: 1 << 12, [.elements(tensor, .written)]) { range, at in
      fill_normal(at[0], seed, UInt64(range.lowerBound), mean, deviation, range.count)
    }
  }
}
