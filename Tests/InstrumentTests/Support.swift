import Catalogue
import TestSupport
import Testing

@testable import Instrument

/// Runs the same ops dry and for real. Both must leave the same events and the same work.
///
/// - Parameter phase: a phase whose work counts; that of loading does not.
/// - Returns: what the real run returns, and the account of its work.
func bothWays<Result>(
  _ phase: Phase = .forward, _ body: (Engine) -> Result
) throws -> (result: Result, account: Work.Account) {
  let (dry, real) = (Engine(dry: Ledger()), try Engine(expecting: 1 << 20))
  (dry.phase, real.phase) = (phase, phase)
  _ = body(dry)
  let result = body(real)
  #expect(dry.ledger.events == real.ledger.events)
  #expect(dry.work == real.work)
  #expect(real.ledger.total == 0)
  let account = try #require(real.work.accounts.values.first)
  #expect(real.work.accounts.count == 1)
  return (result, account)
}

extension Engine {
  /// A tensor that holds these elements, where there is storage.
  func tensor(
    _ rows: Int, _ columns: Int, _ values: [Float], _ role: TensorRole = .blockOutput
  ) -> Tensor {
    let tensor = make(rows, columns, .activation, role)
    if isReal { tensor.assign(values) }
    return tensor
  }

  /// A tensor of what memory that nobody has written may hold: an op that reads it gives NaN.
  func unwritten(_ rows: Int, _ columns: Int, _ role: TensorRole = .blockOutput) -> Tensor {
    tensor(rows, columns, [Float](repeating: .nan, count: rows * columns), role)
  }

  /// A tensor of token ids.
  func tokens(_ rows: Int, _ columns: Int, _ ids: [Int64]) -> Tensor {
    let tensor = make(rows, columns, .input, .tokens, precision: .int64)
    if isReal { tensor.integers.update(from: ids, count: ids.count) }
    return tensor
  }
}

extension Tensor {
  /// The elements; none in a dry run.
  var result: [Float] { storage == nil ? [] : values() }
}

/// A tensor in a collection.
final class Holder {
  let tensor: Tensor

  init(_ tensor: consuming Tensor) { self.tensor = tensor }
}
