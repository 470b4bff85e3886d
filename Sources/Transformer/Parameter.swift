import Catalogue
import Instrument

/// A weight, with its gradient while there is one and what the optimizer remembers of it; or this
/// rank's part of them.
public struct Parameter: ~Copyable {
  /// Which weight it is.
  public let role: TensorRole
  /// How ranks that share its layer divide it.
  let split: Split
  let rows: Int
  let columns: Int
  /// Nil while only the share is there (ZeRO-3).
  var whole: Tensor?
  /// This replica's part of the weight, where replicas divide weights.
  var share: Tensor?
  /// Its gradient: absent from the start of a step until backward reaches it.
  var gradient: Tensor?
  /// This replica's part of the gradient, where replicas divide gradients.
  var gradientShare: Tensor?
  /// The gradient that is updated with in 32 bits, where the optimizer gets it from a copy.
  var mainGradient: Tensor?
  /// What the optimizer remembers of it, or of this replica's part.
  var state = OptimizerState.none
  /// The weight, or this replica's part, in 32 bits, where it is stored in 16: what the optimizer
  /// updates.
  var master: Tensor?
  /// The weight in the format of the products that it takes part in, from the start of a forward
  /// pass until backward has used it; absent where that is its own format.
  var copy: Tensor?
  /// Whether it is an operand of matrix products.
  let isOperand: Bool
  /// Whether the ranks that share its layer see different parts of the gradient, to be added up.
  let isSummed: Bool
  /// Whether the first and the last stage both have it, as embedding and as head.
  var isTied: Bool

  let scope: Scope
  let engine: Engine

  /// The first values of a weight.
  enum Initialisation {
    case constant(Float)
    case normal(deviation: Float, seed: UInt64)
  }

  /// Allocates the weight.
  ///
  /// - Parameters:
  ///   - role: which weight it is.
  ///   - rows: of this rank's part.
  ///   - columns: of this rank's part.
  ///   - initialisation: of the whole weight.
  ///   - isOperand: whether it takes part in matrix products.
  ///   - split: which part of the whole it is.
  ///   - isSummed: whether the gradient is to be added up over the ranks that share its layer.
  ///   - isTied: whether another stage has it, too.
  ///   - engine: what it lives on.
  init(
    _ role: TensorRole, _ rows: Int, _ columns: Int, _ initialisation: Initialisation,
    isOperand: Bool = false, split: Split = .none, isSummed: Bool = false, isTied: Bool = false,
    _ engine: Engine
  ) {
    (self.role, self.rows, self.columns) = (role, rows, columns)
    (self.split, self.isSummed, self.isTied) = (split, isSummed, isTied)
    self.isOperand = isOperand
    self.engine = engine
    scope = engine.scope
    let isShared = engine.rank.layout.divides(.parameters)
    let weight = engine.make(
      rows, columns, isShared ? .temporary : .parameter, role,
      precision: engine.formats.parameter)
    switch initialisation {
    case .constant(let constant): engine.fill(weight, with: constant)
    case .normal(let deviation, let seed) where split.isDivided(engine.rank):
      engine.fillNormal(weight, seed: seed, deviation: deviation) {
        split.start(ofRow: $0, columns: columns, engine.rank)
      }
    case .normal(let deviation, let seed):
      engine.fillNormal(weight, seed: seed, deviation: deviation)
    }
    whole = consume weight
    if isShared { divide() }
  }

  /// The weight. Where replicas divide it, it is there from `gather` to `release`.
  public var value: Tensor {
    _read {
      switch whole {
      case .some(let weight): yield weight
      case .none: preconditionFailure("a weight that was not gathered")
      }
    }
  }

  /// The path in the model, such as `block.0.mlp.up.weight`.
  public var path: String { engine.ledger.path(scope, role) }

  /// Whether weight decay applies: to matrices, not to norms and biases.
  var decays: Bool { rows > 1 }

  /// Makes sure that there is a gradient to write to.
  ///
  /// - Returns: whether it holds something already, to which has to be added.
  @discardableResult
  mutating func beginGradient() -> Bool {
    if hasGradient { return true }
    let outer = enterOwnScope()
    // Where replicas divide gradients, the whole one lasts only until it is added up.
    let isShared = engine.rank.layout.divides(.gradients)
    gradient = engine.make(
      rows, columns, isShared ? .temporary : .gradient, role, precision: engine.formats.gradient)
    engine.leave(outer)
    return false
  }

  /// Lets `body` write the gradient, or add to it where it exists already.
  ///
  /// - Parameter body: gets the gradient, and whether it has to add.
  mutating func accumulate(_ body: (_ gradient: borrowing Tensor, _ accumulating: Bool) -> Void) {
    let accumulating = beginGradient()
    withGradient { body($0, accumulating) }
  }

  /// Calls `body` with the gradient, if there is one.
  public func withGradient(_ body: (borrowing Tensor) -> Void) {
    switch gradient {
    case .some(let gradient): body(gradient)
    case .none: break
    }
  }

  /// Enters the place in the model that it belongs to; `Engine.leave` returns from it.
  func enterOwnScope() -> Scope {
    let outer = engine.scope
    engine.leave(scope)
    return outer
  }

  /// Enters the place that is the parameter's path; `Engine.leave` returns from it.
  func enterOwnPlace() -> Scope {
    let outer = enterOwnScope()
    _ = engine.enter(String(role.name))
    return outer
  }

  /// Frees the gradient.
  mutating func clearGradient() {
    gradient = nil
    gradientShare = nil
    mainGradient = nil
  }

  private var hasGradient: Bool {
    switch gradient {
    case .some: true
    case .none: false
    }
  }
}
