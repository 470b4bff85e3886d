import CKernels
import Catalogue

extension Engine {
  /// The sum of token and position embedding of each token.
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V,C).
  ///   - position: (T_max,C).
  /// - Returns: (B·T,C).
  public func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, position: borrowing Tensor
  ) -> Tensor {
    let sequence = tokens.columns
    let width = token.columns
    let output = make(tokens.count, width, .activation, .embeddingOutput)
    record(.embed, elementwise: output.count, touching: 3 * output.bytes + tokens.bytes)
    guard isReal else { return output }
    let (out, w, p, ids) = (output.floats, token.floats, position.floats, tokens.integers)
    Parallel.ranges(output.rows, grain: 16) { rows in
      embedding_forward(
        out + rows.lowerBound * width, w, p, ids + rows.lowerBound, rows.lowerBound, rows.count,
        sequence, width)
    }
    return output
  }

  /// Gradients of both embeddings. A tied head has written its share into `token` before;
  /// otherwise the caller has zeroed it.
  ///
  /// - Parameters:
  ///   - token: (V,C), added to.
  ///   - position: (T_max,C), overwritten unless `accumulating`.
  ///   - accumulating: whether `position` holds gradients already.
  ///   - gradient: (B·T,C), of the sum.
  ///   - tokens: (B,T) ids.
  public func embedBackward(
    token: borrowing Tensor, position: borrowing Tensor, accumulating: Bool,
    from gradient: borrowing Tensor, tokens: borrowing Tensor
  ) {
    let (batch, sequence, width) = (tokens.rows, tokens.columns, gradient.columns)
    let positions = position.rows
    record(
      .embedBackward,
      elementwise: 2 * gradient.count, touching: 3 * gradient.bytes + position.bytes + tokens.bytes)
    guard isReal else { return }
    let (dToken, dPosition, d, ids) = (
      token.floats, position.floats, gradient.floats, tokens.integers
    )
    Parallel.ranges(width, grain: 16) { columns in
      embedding_backward_token(
        dToken, d, ids, batch * sequence, width, columns.lowerBound, columns.upperBound)
      embedding_backward_position(
        dPosition, d, batch, sequence, positions, width, columns.lowerBound, columns.upperBound,
        accumulating)
    }
  }
}
