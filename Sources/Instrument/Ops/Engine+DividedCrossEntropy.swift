import CKernels
import Catalogue

/// Cross-entropy over a vocabulary of which each tensor-parallel rank has an equal part (Shoeybi et
/// al., arXiv 1909.08053, section 3): three numbers of each row go round instead of the logits.
extension Engine {
  /// As `crossEntropy`, of logits (R,V/t).
  func crossEntropyDivided(
    into output: borrowing Tensor, as distribution: Distribution, losses: borrowing Tensor,
    _ logits: borrowing Tensor, targets: borrowing Tensor
  ) {
    let (rows, width) = (logits.rows, logits.columns)
    let maxima = make(rows, 1, .temporary, .losses, precision: .fp32)
    if isReal {
      RowKernel.perform(rows, grain: 1, [.read(logits)]) { rows, at in
        vocabulary_maxima(maxima.floats + rows.lowerBound, at[0], rows.count, width)
      }
    }
    allReduce(maxima, .maximum, over: .tensor)
    let sums = make(rows, 1, .temporary, .losses, precision: .fp32)
    let chosen = make(rows, 1, .temporary, .losses, precision: .fp32)
    if isReal {
      let first = Int64(rank.tensor * width)
      RowKernel.perform(rows, grain: 1, [.read(logits)]) { rows, at in
        let row = rows.lowerBound
        vocabulary_sums(
          sums.floats + row, chosen.floats + row, at[0], maxima.floats + row,
          targets.integers + row, first, rows.count, width)
      }
    }
    allReduce(chosen, over: .tensor)
    allReduce(sums, over: .tensor)
    guard isReal else { return }
    RowKernel.perform(rows, grain: 1, [.written(output), .read(logits)]) { rows, at in
      let row = rows.lowerBound
      vocabulary_softmax(
        at[0], losses.floats + row, at[1], maxima.floats + row, sums.floats + row,
        chosen.floats + row, targets.integers + row, distribution == .logarithm, rows.count, width)
    }
  }

  /// As `crossEntropyBackward`, of what `crossEntropyDivided` wrote.
  func crossEntropyDividedBackward(
    into gradient: borrowing Tensor, _ output: borrowing Tensor, as distribution: Distribution,
    targets: borrowing Tensor, scale: Float
  ) {
    guard isReal else { return }
    let width = output.columns
    let first = Int64(rank.tensor * width)
    RowKernel.perform(output.rows, grain: 1, [.written(gradient), .read(output)]) { rows, at in
      vocabulary_softmax_backward(
        at[0], at[1], targets.integers + rows.lowerBound, first, scale,
        distribution == .logarithm, rows.count, width)
    }
  }
}
