import Catalogue

/// One of the strands in which independent items of work, such as the heads of attention, run side
/// by side, each on one core with a workspace of its own.
///
/// Small products run several times faster like this than when a library cuts each of them up.
struct Lane {
  /// Which strand it is, to find its workspace.
  let index: Int
  private let blas: BLAS?
  fileprivate var counts: ProductCounts = [:]
  fileprivate var seconds = 0.0

  /// Runs a product on this core, and counts it under `role`.
  mutating func multiply(
    _ product: MatrixProduct, _ role: TensorRole, _ c: UnsafeMutablePointer<Float>,
    _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>
  ) {
    counts[role].executed += product.flops
    guard let blas else { return }
    seconds += ContinuousClock().measure { product.run(c, a, b, blas) }.seconds
  }

  /// Counts a product that the mask makes needless.
  mutating func skip(_ product: MatrixProduct, _ role: TensorRole) {
    counts[role].hidden += product.flops
  }

  /// Runs a kernel, if there is storage to run it on.
  func kernel(_ body: () -> Void) {
    if blas != nil { body() }
  }

  fileprivate init(_ index: Int, _ blas: BLAS?) {
    self.index = index
    self.blas = blas
  }
}

extension Engine {
  /// The most strands that run side by side. A constant, so that workspaces, and with them the
  /// ledger, are the same on every machine.
  static let mostLanes = 16

  /// Number of strands for that many items: what a workspace must provide for.
  static func lanes(for items: Int) -> Int { min(items, mostLanes) }

  /// Runs `body` for each item, and returns the products that it ran. Items must all do the same
  /// work: a dry run does it once and multiplies.
  func forEach(_ items: Int, _ body: (Int, inout Lane) -> Void) -> ProductCounts {
    ledger.timeline?.beginOperation()
    guard let blas else {
      var lane = Lane(0, nil)
      body(0, &lane)
      return lane.counts * items
    }
    let lanes = Self.lanes(for: items)
    var finished = [Lane](repeating: Lane(0, blas), count: lanes)
    finished.withUnsafeMutableBufferPointer { finished in
      let slots = finished.baseAddress!
      Parallel.perform(lanes) { index in
        var lane = Lane(index, blas)
        for item in stride(from: index, to: items, by: lanes) { body(item, &lane) }
        slots[index] = lane
      }
    }
    addProductSeconds(finished.reduce(0) { $0 + $1.seconds })
    return finished.reduce(into: [:]) { $0 += $1.counts }
  }
}

/// The place of a head of queries among those that share keys and values.
struct GroupMember {
  let isFirst: Bool
  let isLast: Bool
}

extension Engine {
  /// Runs `body` for each head of queries. Heads that share keys and values run one after the other
  /// in one strand, so that their gradients add up in one order; a dry run does one for all.
  ///
  /// - Parameter body: gets the head, and its place among those that share its keys and values.
  func forEachGrouped(
    _ shape: AttentionShape, _ body: (_ item: Int, _ member: GroupMember, inout Lane) -> Void
  ) -> ProductCounts {
    guard blas != nil else {
      return forEach(shape.items) { item, lane in
        body(item, GroupMember(isFirst: true, isLast: true), &lane)
      }
    }
    return forEach(shape.kvItems) { kvItem, lane in
      for index in 0..<shape.group {
        let member = GroupMember(isFirst: index == 0, isLast: index == shape.group - 1)
        body(kvItem * shape.group + index, member, &lane)
      }
    }
  }
}
