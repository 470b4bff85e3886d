import CKernels
import Catalogue

extension Engine {
  /// The sum of the embeddings of each token and of its position.
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V,C).
  ///   - position: (T_max,C).
  ///   - offset: the row of the first position.
  /// - Returns: (B·T,C).
  public func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, position: borrowing Tensor,
    offset: Int = 0
  ) -> Tensor {
    embed(tokens, token: token, positions: position.address + offset * token.columns)
  }

  /// The embedding of each token.
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V,C).
  /// - Returns: (B·T,C).
  public func embed(_ tokens: borrowing Tensor, token: borrowing Tensor) -> Tensor {
    embed(tokens, token: token, positions: nil)
  }

  private func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, positions p: UnsafeMutablePointer<Float>?
  ) -> Tensor {
    let sequence = tokens.columns
    let width = token.columns
    let output = make(tokens.count, width, .activation, .embeddingOutput)
    record(
      .embed, elementwise: p == nil ? 0 : output.count,
      touching: (p == nil ? 2 : 3) * output.bytes + tokens.bytes)
    guard isReal else { return output }
    let (out, w, ids) = (output.floats, token.floats, tokens.integers)
    Parallel.ranges(output.rows, grain: 16) { rows in
      embedding_forward(
        out + rows.lowerBound * width, w, p, ids + rows.lowerBound, rows.lowerBound, rows.count,
        sequence, width)
    }
    return output
  }

  /// Adds to every row of `inout` (B·T,C) the embedding of its kind.
  ///
  /// - Parameters:
  ///   - inout: (B·T,C).
  ///   - table: (K,C).
  ///   - kinds: (B,T), each below K.
  public func addEmbedding(
    _ inout_: borrowing Tensor, of kinds: borrowing Tensor, table: borrowing Tensor
  ) {
    record(
      .embed, elementwise: inout_.count, touching: 3 * inout_.bytes + kinds.bytes)
    guard isReal else { return }
    let (x, w, ids, width) = (inout_.floats, table.floats, kinds.integers, inout_.columns)
    Parallel.ranges(inout_.rows, grain: 16) { rows in
      embedding_add(
        x + rows.lowerBound * width, w, ids + rows.lowerBound, 0, rows.count, 1, width)
    }
  }

  /// Adds to every row of `inout` (B·T,C) the embedding of its position.
  ///
  /// - Parameters:
  ///   - inout: (B·T,C).
  ///   - table: (T_max,C).
  ///   - offset: the row of the first position.
  ///   - sequence: T.
  public func addPositions(
    _ inout_: borrowing Tensor, table: borrowing Tensor, offset: Int = 0, sequence: Int
  ) {
    record(.embed, elementwise: inout_.count, touching: 3 * inout_.bytes)
    guard isReal else { return }
    let (x, w, width) = (inout_.floats, table.floats + offset * table.columns, inout_.columns)
    Parallel.ranges(inout_.rows, grain: 16) { rows in
      embedding_add(
        x + rows.lowerBound * width, w, nil, rows.lowerBound, rows.count, sequence, width)
    }
  }

  /// Gradient of the token embedding. A tied head has written its share into `token` before;
  /// otherwise the caller has zeroed it.
  ///
  /// - Parameters:
  ///   - token: (V,C), added to.
  ///   - gradient: (B·T,C), of the embeddings.
  ///   - tokens: (B,T) ids.
  public func embedBackward(
    token: borrowing Tensor, from gradient: borrowing Tensor, tokens: borrowing Tensor
  ) {
    record(
      .embedBackward,
      elementwise: gradient.count, touching: 2 * gradient.bytes + tokens.bytes)
    guard isReal else { return }
    let (rows, width) = (tokens.count, gradient.columns)
    let (dToken, d, ids) = (token.floats, gradient.floats, tokens.integers)
    Parallel.ranges(width, grain: 16) { columns in
      embedding_backward_token(
        dToken, d, ids, rows, width, columns.lowerBound, columns.upperBound)
    }
  }

  /// Gradient of the position embedding.
  ///
  /// - Parameters:
  ///   - position: (T_max,C), overwritten unless `accumulating`.
  ///   - accumulating: whether `position` holds gradients already.
  ///   - offset: the row of the first position.
  ///   - gradient: (B·T,C), of the embeddings.
  ///   - batch: B.
  public func embedBackward(
    position: borrowing Tensor, accumulating: Bool, offset: Int = 0,
    from gradient: borrowing Tensor, batch: Int
  ) {
    record(
      .embedBackward,
      elementwise: gradient.count, touching: gradient.bytes + position.bytes)
    guard isReal else { return }
    let (width, sequence) = (gradient.columns, gradient.rows / batch)
    let (rows, unused) = (position.rows - offset, offset * width)
    let (dPosition, d) = (position.floats, gradient.floats)
    if !accumulating { dPosition.update(repeating: 0, count: unused) }
    Parallel.ranges(width, grain: 16) { columns in
      embedding_backward_position(
        dPosition + unused, d, batch, sequence, rows, width, columns.lowerBound,
        columns.upperBound, accumulating)
    }
  }
}
