import Catalogue
import Instrument

/// What replicas divide among themselves (Rajbhandari et al., arXiv 1910.02054, section 5), and what
/// they tell each other about it. A replica's share is a stretch of the weight's elements.
extension Parameter {
  /// Whether replicas divide this of it.
  func divides(_ part: Layout.ZeRO) -> Bool { engine.rank.divides(part, over: replicas) }

  /// The elements that this replica updates: its share, or all.
  var ownElements: Range<Int> {
    let (count, rank) = (rows * columns, engine.rank)
    guard divides(.optimizerStates) else { return 0..<count }
    return Shares(of: count, among: rank.size(of: replicas))[rank.place(in: replicas)]
  }

  /// The places in the whole weight of the elements that this rank updates, in their order.
  public var ownPlaces: [Int] {
    ownElements.map {
      split.place(row: $0 / columns, column: $0 % columns, columns: columns, engine.rank)
    }
  }

  /// The form of what the optimizer remembers.
  var ownForm: (rows: Int, columns: Int) {
    divides(.optimizerStates) ? (1, ownElements.count) : (rows, columns)
  }

  // MARK: The weight

  /// Keeps this replica's share and frees the rest.
  mutating func divide() {
    let own = engine.make(1, ownElements.count, .parameter, role)
    value.withPart(ownElements) { engine.convert(into: own, $0) }
    share = consume own
    whole = nil
  }

  /// Puts the weight together, where replicas have divided it.
  mutating func gather() {
    guard whole == nil, let own = share.take() else { return }
    let outer = enterOwnScope()
    let weight = engine.make(
      rows, columns, .temporary, role, precision: engine.formats.parameter)
    engine.allGather(into: weight, from: own, over: replicas)
    whole = consume weight
    share = consume own
    engine.leave(outer)
  }

  /// Frees what `gather` has put together.
  mutating func release() {
    if divides(.parameters) { whole = nil }
  }

  // MARK: The gradient

  /// Adds the gradient of a micro-batch up over the replicas, where they divide gradients, and keeps
  /// this replica's share.
  mutating func scatterGradient() {
    guard divides(.gradients), let whole = gradient.take() else { return }
    let outer = enterOwnScope()
    defer { engine.leave(outer) }
    let count = ownElements.count
    guard let sum = gradientShare.take() else {
      let own = engine.make(1, count, .gradient, role)
      engine.reduceScatter(into: own, from: whole, over: replicas)
      gradientShare = consume own
      return
    }
    let part = engine.make(1, count, .temporary, role, precision: engine.formats.gradient)
    engine.reduceScatter(into: part, from: whole, over: replicas)
    engine.add(into: sum, sum, part)
    gradientShare = consume sum
  }

  /// Adds up what other ranks know of the gradient, when all micro-batches have passed.
  mutating func finishGradient() {
    guard engine.rank.layout.ranks > 1 else { return }
    let outer = enterOwnScope()
    defer { engine.leave(outer) }
    withGradient { gradient in
      if divides(.optimizerStates) {
        engine.reduceScatter(gradient, over: replicas)
      } else {
        engine.allReduce(gradient, over: replicas)
      }
    }
    withOwnGradient { gradient in
      if isSummed { engine.allReduce(gradient, over: .tensor) }
      if isTied { engine.allReduce(gradient, over: .embedding) }
    }
  }

  /// Makes a copy in 32 bits of the gradient that this replica updates with, which takes its place
  /// until both are freed.
  mutating func widenGradient() {
    let outer = enterOwnScope()
    var copy: Tensor?
    withOwnGradient { copy = engine.copy(of: $0, .gradient, role, precision: .fp32) }
    mainGradient = copy
    engine.leave(outer)
  }

  /// Calls `body` with the part of the gradient that this replica updates with, if there is one.
  public func withOwnGradient(_ body: (borrowing Tensor) -> Void) {
    switch mainGradient {
    case .some(let gradient): return body(gradient)
    case .none: break
    }
    switch gradientShare {
    case .some(let own): return body(own)
    case .none: break
    }
    withGradient { gradient in
      if divides(.optimizerStates) {
        gradient.withPart(ownElements, body)
      } else {
        body(gradient)
      }
    }
  }

  // MARK: The update

  /// Calls `body` with the part of the weight that this replica updates.
  func withOwnValue<Result: ~Copyable>(_ body: (borrowing Tensor) -> Result) -> Result {
    switch share {
    case .some(let own): return body(own)
    case .none: break
    }
    guard divides(.optimizerStates) else { return body(value) }
    return value.withPart(ownElements, body)
  }

  /// Puts together what each replica has updated of a weight that all have.
  func gatherUpdate() {
    guard divides(.optimizerStates), !divides(.parameters) else { return }
    let outer = enterOwnScope()
    engine.allGather(value, over: replicas)
    engine.leave(outer)
  }

  /// Whether this rank enters it into the norm of all gradients, or another that has the same.
  var isCounted: Bool {
    let rank = engine.rank
    let isCopy = rank.layout.expert > 1 && rank.place(in: replicas) > 0
    return (split.isDivided(rank) || rank.tensor == 0) && !(isTied && !rank.isFirstStage)
      && (divides(.optimizerStates) || !isCopy)
  }
}
