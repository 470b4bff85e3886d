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

  /// The formats of tensors that are made without one being named.
  public var formats = Formats.fp32
  /// Which part of the model and of the batch this is.
  public let rank: Rank
  /// Rows that each expert of a router got in the last forward pass, by the router's place; in a
  /// dry run, those that it would get if all got the same.
  public private(set) var expertLoads: [Scope: [Int]] = [:]

  let arena: Arena?
  let blas: BLAS?
  let communicator: (any Communicator)?
  /// How many recomputations are under way, one within another.
  private var recomputations = 0

  /// An engine without storage.
  ///
  /// - Parameters:
  ///   - ledger: the account to keep.
  ///   - rank: the part of a layout that runs on it.
  public init(dry ledger: Ledger = Ledger(), rank: Rank = .alone) {
    self.ledger = ledger
    self.rank = rank
    arena = nil
    blas = nil
    communicator = nil
  }

  /// An engine that neither computes nor keeps account, for the same rank; what is made on it is
  /// only drawn and dropped.
  public init(unrecorded rank: Rank) {
    ledger = Ledger(isRecording: false)
    self.rank = rank
    arena = nil
    blas = nil
    communicator = nil
  }

  /// An engine that computes.
  ///
  /// - Parameters:
  ///   - expected: bytes that tensors will take at the peak, as a dry run tells; the run takes more
  ///     memory if it needs more.
  ///   - ledger: the account to keep.
  ///   - rank: the part of a layout that runs on it.
  ///   - communicator: carries numbers to the other ranks; needed where there are any.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public init(
    expecting expected: Int, ledger: Ledger = Ledger(), rank: Rank = .alone,
    communicator: (any Communicator)? = nil
  ) throws(MissingComponent) {
    precondition(rank.layout.ranks == 1 || communicator != nil, "ranks that cannot talk")
    self.ledger = ledger
    self.rank = rank
    self.communicator = communicator
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
  ///
  /// - Parameters:
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  ///   - category: what it is for.
  ///   - role: which tensor it is.
  ///   - precision: its format; the run's for the category where nil.
  public func make(
    _ rows: Int, _ columns: Int, _ category: Category, _ role: TensorRole,
    precision: Precision? = nil
  ) -> Tensor {
    Tensor(rows, columns, precision ?? formats[category], category, role, self)
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
    products: ProductCounts = [:], sizes: Kernel.Sizes? = nil
  ) {
    guard phase != .load else { return }
    ledger.timeline?.note(.operation(operation, stage))
    work.accounts[stage, default: Work.Account()].add(
      operation, elementwise: elementwise, touching: bytes, products: products, sizes, in: scope)
  }

  /// Enters what ranks say to each other into the account.
  ///
  /// - Returns: whether there is anybody to talk to.
  @discardableResult
  func record(
    _ kind: Communication.Kind, _ group: RankGroup, _ role: TensorRole?, elements: Int, bytes: Int
  ) -> Bool {
    let members = kind == .send || kind == .receive ? 2 : rank.size(of: group)
    guard members > 1 else { return false }
    guard phase != .load else { return true }
    work.communications.append(
      Communication(
        kind: kind, group: group, members: members, stage: stage, role: role, scope: scope,
        elements: elements, bytes: bytes))
    return true
  }

  /// Notes how many rows each expert got. What backward makes again was noted before.
  func note(expertLoad: [Int]) {
    if phase == .forward { expertLoads[scope] = expertLoad }
  }

  /// Adds to the time spent inside matrix products.
  func addProductSeconds(_ seconds: Double) { productSeconds += seconds }
}
