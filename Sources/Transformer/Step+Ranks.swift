import Catalogue
import Instrument

/// What ranks that share a layer tell each other in a step. Alone, a rank has everything already.
extension Step {
  var rank: Rank { engine.rank }

  /// Rows of the residual stream that this rank has: all, or under sequence parallelism a part.
  var streamRows: Int { rows / rank.sequenceParts }

  /// Calls `body` with all rows of the stream, from this rank's (Korthikanti et al., arXiv
  /// 2205.05198, section 4.2.2, figure 5: the conjugate operators g).
  func withAllRows<Result: ~Copyable>(
    _ part: borrowing Tensor, _ body: (borrowing Tensor) -> Result
  ) -> Result {
    guard rank.sequenceParts > 1 else { return body(part) }
    let whole = engine.make(
      rows, part.columns, .temporary, part.role, precision: part.precision)
    engine.allGather(into: whole, from: part, over: .tensor)
    return body(whole)
  }

  /// Writes the sum of what the ranks make of their inputs, from this rank's share (R,C): all rows
  /// of it, or those of this rank's stream.
  ///
  /// - Parameters:
  ///   - output: the stream's rows.
  ///   - body: writes this rank's share into the tensor that it gets.
  func sum(into output: borrowing Tensor, _ body: (borrowing Tensor) -> Void) {
    guard rank.sequenceParts > 1 else {
      body(output)
      return engine.allReduce(output, over: .tensor)
    }
    let share = engine.make(
      rows, output.columns, .temporary, output.role, precision: output.precision)
    body(share)
    engine.reduceScatter(into: output, from: share, over: .tensor)
  }

  /// The sum of the ranks' shares of a gradient (R,C) of what all of them have read.
  func summed(_ share: consuming Tensor) -> Tensor {
    guard rank.sequenceParts > 1 else {
      engine.allReduce(share, over: .tensor)
      return share
    }
    let part = engine.make(
      streamRows, share.columns, .temporary, share.role, precision: share.precision)
    engine.reduceScatter(into: part, from: share, over: .tensor)
    return part
  }
}
