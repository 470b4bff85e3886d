import Catalogue

/// What a program is run on: it hands out tensors, runs ops, and keeps account of both.
///
/// A real engine has storage and computes. A dry engine has none: the same program runs through the
/// same ops, and leaves the same ledger and the same work, without a number being touched.
///
/// An engine belongs to one run and one thread; runs side by side have one each.
public final class Engine {
  /// Every byte.
  public let ledger: Ledger
  /// Every FLOP.
  public private(set) var work = Work()
  /// Seconds that cores have spent inside matrix products, added up over the cores.
  public private(set) var productSeconds = 0.0

  let arena: Arena?
  let blas: BLAS?
  /// How many recomputations are under way, one within another.
  private var recomputations = 0

  /// An engine without storage.
  public init(dry ledger: Ledger = Ledger()) {
    self.ledger = ledger
    arena = nil
    blas = nil
  }

  /// An engine that computes.
  ///
  /// - Parameters:
  ///   - expected: bytes that tensors will take at the peak, as a dry run tells; the run takes more
  ///     memory if it needs more.
  ///   - ledger: the account to keep.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public init(expecting expected: Int, ledger: Ledger = Ledger()) throws(MissingComponent) {
    self.ledger = ledger
    blas = try BLAS.load()
    arena = Arena(expected: expected)
  }

  /// Whether there is storage.
  public var isReal: Bool { arena != nil }

  /// Bytes that the arena has reached; 0 in a dry run.
  public var heldBytes: Int { arena?.heldBytes ?? 0 }

  /// The part of the run that is under way.
  public var phase: Phase {
    get { ledger.phase }
    set { ledger.phase = newValue }
  }

  /// A new tensor, its elements undefined.
  public func make(
    _ rows: Int, _ columns: Int, _ category: Category, _ role: TensorRole,
    precision: Precision = .fp32
  ) -> Tensor {
    Tensor(rows, columns, precision, category, role, self)
  }

  /// Enters a place in the model; `leave` returns from it.
  ///
  /// - Returns: the place that was left, for `leave`.
  public func enter(_ name: String) -> Scope { ledger.enter(name) }

  /// Returns to the place that `enter` left.
  public func leave(_ scope: Scope) { ledger.scope = scope }

  /// The present place in the model.
  public var scope: Scope { ledger.scope }
}

extension Engine {
  /// Runs ops that forward has run before; their work counts as recomputation.
  public func recomputing(_ body: () -> Void) {
    beginRecomputing()
    body()
    endRecomputing()
  }

  /// From here on, work counts as recomputation. Calls nest.
  public func beginRecomputing() { recomputations += 1 }

  /// Ends what `beginRecomputing` began.
  public func endRecomputing() { recomputations -= 1 }

  /// What the present op works for.
  private var stage: Work.Stage {
    switch phase {
    case .load, .forward, .generate: .forward
    case .backward: recomputations > 0 ? .recompute : .backward
    case .optimizer: .optimizer
    }
  }

  /// Enters an op into the account. What loading costs is no part of a step.
  func record(
    _ operation: Operation, elementwise: Int = 0, touching bytes: Int,
    products: ProductCounts = [:]
  ) {
    guard phase != .load else { return }
    ledger.timeline?.note(.operation(operation, stage))
    work.accounts[stage, default: Work.Account()].add(
      operation, elementwise: elementwise, touching: bytes, products: products, in: scope)
  }

  /// Adds to the time spent inside matrix products.
  func addProductSeconds(_ seconds: Double) { productSeconds += seconds }
}
