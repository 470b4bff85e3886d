import CKernels
import Catalogue

/// Ops on a vocabulary of which each tensor-parallel rank has an equal part (Shoeybi et al., arXiv
/// 1909.08053, section 3).
extension Engine {
  /// The first token of this rank's part, of that many.
  private func firstToken(_ count: Int) -> Int { rank.tensor * count }

  /// The sum of the embeddings of each token and of its position: each rank looks up the tokens
  /// that it has, and the first adds the positions, before they are added up.
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V/t,C), this rank's part.
  ///   - position: (T_max,C).
  ///   - offset: the row of the first position.
  /// - Returns: (B·T,C), or this rank's part of its rows where the stream is divided.
  public func embedDivided(
    _ tokens: borrowing Tensor, token: borrowing Tensor, position: borrowing Tensor, offset: Int
  ) -> Tensor {
    let isFirst = rank.tensor == 0
    return embedDivided(
      tokens, token, positions: isFirst ? position.address + offset * token.columns : nil)
  }

  /// The same of tokens alone.
  public func embedDivided(_ tokens: borrowing Tensor, token: borrowing Tensor) -> Tensor {
    embedDivided(tokens, token, positions: nil)
  }

  private func embedDivided(
    _ tokens: borrowing Tensor, _ token: borrowing Tensor,
    positions: UnsafeMutablePointer<Float>?
  ) -> Tensor {
    let (rows, width, parts) = (tokens.count, token.columns, rank.sequenceParts)
    let whole = make(rows, width, parts > 1 ? .temporary : .activation, .embeddingOutput)
    embedOwn(into: whole, tokens, token, positions)
    guard parts > 1 else {
      allReduce(whole, over: .tensor)
      return whole
    }
    let part = make(rows / parts, width, .activation, .embeddingOutput)
    reduceScatter(into: part, from: whole, over: .tensor)
    return part
  }

  private func embedOwn(
    into output: borrowing Tensor, _ tokens: borrowing Tensor, _ token: borrowing Tensor,
    _ positions: UnsafeMutablePointer<Float>?
  ) {
    record(
      .embed, elementwise: positions == nil ? 0 : output.count,
      touching: (positions == nil ? 2 : 3) * output.bytes + tokens.bytes)
    guard isReal else { return }
    let (out, table, ids) = (output.floats, token.floats, tokens.integers)
    let (width, sequence, count) = (token.columns, tokens.columns, token.rows)
    let first = firstToken(count)
    Parallel.ranges(output.rows, grain: 16) { rows in
      for row in rows {
        let (place, id) = (out + row * width, Int(ids[row]) - first)
        if id >= 0, id < count {
          place.update(from: table + id * width, count: width)
        } else {
          place.update(repeating: 0, count: width)
        }
        if let positions { CKernels.add(place, place, positions + row % sequence * width, width) }
      }
    }
  }

  /// Gradient of the token embedding: of the tokens that this rank has.
  ///
  /// - Parameters:
  ///   - token: (V/t,C), added to.
  ///   - gradient: (B·T,C), of the embeddings.
  ///   - tokens: (B,T) ids.
  public func embedDividedBackward(
    token: borrowing Tensor, from gradient: borrowing Tensor, tokens: borrowing Tensor
  ) {
    record(
      .embedBackward, elementwise: gradient.count, touching: 2 * gradient.bytes + tokens.bytes)
    guard isReal else { return }
    let (dToken, d, ids) = (token.floats, gradient.floats, tokens.integers)
    let (rows, width, count) = (tokens.count, gradient.columns, token.rows)
    let first = firstToken(count)
    Parallel.ranges(width, grain: 16) { columns in
      for row in 0..<rows {
        let id = Int(ids[row]) - first
        guard id >= 0, id < count else { continue }
        let sum = dToken + id * width + columns.lowerBound
        CKernels.add(sum, sum, d + row * width + columns.lowerBound, columns.count)
      }
    }
  }

  /// Cross-entropy of each row, as `crossEntropy`, of logits (R,V/t).
  func crossEntropyDivided(
    into output: borrowing Tensor, as distribution: Distribution, losses: borrowing Tensor,
    _ logits: borrowing Tensor, targets: borrowing Tensor
  ) {
    let (rows, width, first) = (logits.rows, logits.columns, Int64(firstToken(logits.columns)))
    let maxima = make(rows, 1, .temporary, .losses, precision: .fp32)
    forEachRows(of: logits) { range in
      vocabulary_maxima(
        maxima.floats + range.lowerBound, logits.floats + range.lowerBound * width, range.count,
        width)
    }
    allReduce(maxima, .maximum, over: .tensor)
    let sums = make(rows, 1, .temporary, .losses, precision: .fp32)
    let chosen = make(rows, 1, .temporary, .losses, precision: .fp32)
    forEachRows(of: logits) { range in
      let at = range.lowerBound
      vocabulary_sums(
        sums.floats + at, chosen.floats + at, logits.floats + at * width, maxima.floats + at,
        targets.integers + at, first, range.count, width)
    }
    allReduce(chosen, over: .tensor)
    allReduce(sums, over: .tensor)
    forEachRows(of: logits) { range in
      let at = range.lowerBound
      vocabulary_softmax(
        output.floats + at * width, losses.floats + at, logits.floats + at * width,
        maxima.floats + at, sums.floats + at, chosen.floats + at, distribution == .logarithm,
        range.count, width)
    }
  }

  /// Gradient with respect to the logits, as `crossEntropyBackward`, of what `crossEntropyDivided`
  /// wrote.
  func crossEntropyDividedBackward(
    into gradient: borrowing Tensor, _ output: borrowing Tensor, as distribution: Distribution,
    targets: borrowing Tensor, scale: Float
  ) {
    let width = output.columns
    let first = Int64(firstToken(width))
    forEachRows(of: output) { range in
      let at = range.lowerBound
      vocabulary_softmax_backward(
        gradient.floats + at * width, output.floats + at * width, targets.integers + at, first,
        scale, distribution == .logarithm, range.count, width)
    }
  }

  private func forEachRows(of tensor: borrowing Tensor, _ body: (Range<Int>) -> Void) {
    guard isReal else { return }
    Parallel.ranges(tensor.rows, grain: 1, body)
  }
}
