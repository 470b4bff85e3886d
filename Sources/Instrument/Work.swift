import Catalogue

/// The account of what was computed.
///
/// A matrix product of (m,k) by (k,n) counts 2·m·n·k FLOPs, a multiplication and an addition each.
/// `executed` counts what ran; `dense` counts, too, what attention skipped because the mask hides
/// it. Elementwise FLOPs are counted by the op that calls the kernel, one for each arithmetic
/// operation of its definition; exp, tanh, log and sqrt count as one.
public struct Work: Sendable, Equatable {
  /// What a FLOP was spent on.
  public enum Stage: String, Codable, Sendable, CaseIterable, HashedByCase {
    /// One of the two passes.
    case forward, backward
    /// Forward work done again in backward.
    case recompute
    /// Clipping and update.
    case optimizer
  }

  /// The account of one op, over all its calls.
  public struct OperationAccount: Sendable, Equatable {
    /// How often it ran.
    public internal(set) var calls = 0
    /// FLOPs of its matrix products.
    public internal(set) var matmul = 0
    /// FLOPs of everything else.
    public internal(set) var elementwise = 0
    /// Bytes that it read and wrote, each operand once per call.
    public internal(set) var touchedBytes = 0
  }

  /// What a matrix product computes: a place in the model, and the weight or tensor there.
  public struct Place: Sendable, Hashable {
    /// Where in the model.
    public let scope: Scope
    /// The weight that multiplies, or the tensor that results.
    public let role: TensorRole
  }

  /// The account of one stage.
  public struct Account: Sendable, Equatable {
    /// FLOPs of the matrix products that ran.
    public internal(set) var matmul = 0
    /// FLOPs of the matrix products, hidden tiles included.
    public internal(set) var matmulDense = 0
    /// FLOPs of everything else.
    public internal(set) var elementwise = 0
    /// Bytes that the ops read and wrote, each operand once per op.
    public internal(set) var touchedBytes = 0
    /// FLOPs of the matrix products by what they compute.
    public internal(set) var products: [Place: ProductCount] = [:]
    /// How often each op ran with each of its sizes.
    public internal(set) var kernels: [Kernel: Int] = [:]
    /// The same by op.
    public internal(set) var operations: [Operation: OperationAccount] = [:]
  }

  /// The accounts, one for each stage.
  public internal(set) var accounts: [Stage: Account] = [:]

  /// What ranks said to each other, in order.
  public internal(set) var communications: [Communication] = []

  /// The account of a stage.
  public subscript(stage: Stage) -> Account { accounts[stage, default: Account()] }
}

extension Work.Account {
  mutating func add(
    _ operation: Operation, elementwise: Int, touching bytes: Int, products: ProductCounts,
    _ sizes: Kernel.Sizes?, in scope: Scope
  ) {
    var (executed, dense) = (0, 0)
    for (role, count) in products.entries {
      executed += count.executed
      dense += count.executed + count.hidden
      self.products[Work.Place(scope: scope, role: role), default: ProductCount()] += count
    }
    matmul += executed
    matmulDense += dense
    self.elementwise += elementwise
    touchedBytes += bytes
    var line = operations[operation, default: Work.OperationAccount()]
    line.calls += 1
    line.matmul += executed
    line.elementwise += elementwise
    line.touchedBytes += bytes
    operations[operation] = line
    let kernel = Kernel(
      operation, product: sizes, matmul: executed, matmulDense: dense, touchedBytes: bytes)
    kernels[kernel, default: 0] += 1
  }
}
