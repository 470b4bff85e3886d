import Catalogue
import Instrument

/// A weight, with its gradient while there is one and what the optimizer remembers of it; or this
/// rank's part of them.
public struct Parameter: ~Copyable {
  /// Which weight it is.
  public let role: TensorRole
  /// How ranks that share its layer divide it.
  let split: Split
  /// The replicas that have the same of it: all, or those with the same experts.
  let replicas: RankGroup
  /// Number of rows of this rank's part.
  let rows: Int
  /// Number of columns of this rank's part, as numbers and not as the integers that stand for them.
  let columns: Int
  /// How the weight is stored as integers; nil where it is not.
  let quantisation: Quantisation?
  /// Whether it is an operand of matrix products.
  let isOperand: Bool
  /// Whether the ranks that share its layer see different parts of the gradient, to be added up.
  let isSummed: Bool
  /// Whether the first and the last stage both have it, as embedding and as head.
  var isTied: Bool

  /// Matrices of the same size that lie one below the other, such as those of experts.
  let matrices: Int

  let scope: Scope
  let engine: Engine

  /// The weight, or the integers that stand for it where there are scales. Nil while only the share
  /// is there (ZeRO-3).
  var whole: Tensor?
  /// This replica's part of the weight, where replicas divide weights.
  var share: Tensor?
  /// What those integers are multiples of.
  var scales: Tensor?
  /// Its gradient: absent from the start of a step until backward reaches it.
  var gradient: Tensor?
  /// This replica's part of the gradient, where replicas divide gradients.
  var gradientShare: Tensor?
  /// Whether what is added to the gradient is made apart first, as PyTorch's autograd does.
  var addsApart = false
  /// How often a micro-batch uses it: more than once where embedding and head are one.
  var uses = 1
  /// What the uses of a micro-batch add up to before the last of them, where that is made apart.
  var partialGradient: PartialGradient?
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

  /// The first values of a weight.
  enum Initialisation {
    case constant(Float)
    case normal(deviation: Float, seed: UInt64)

    fileprivate func fill(_ tensor: borrowing Tensor, _ split: Split, _ engine: Engine) {
      switch self {
      case .constant(let constant): engine.fill(tensor, with: constant)
      case .normal(let deviation, let seed) where !split.isWhole(engine.rank):
        let columns = tensor.columns
        engine.fillNormal(tensor, seed: seed, deviation: deviation) {
          split.start(ofRow: $0, columns: columns, engine.rank)
        }
      case .normal(let deviation, let seed):
        engine.fillNormal(tensor, seed: seed, deviation: deviation)
      }
    }
  }

  /// Allocates the weight.
  ///
  /// - Parameters:
  ///   - role: which weight it is.
  ///   - rows: of this rank's part.
  ///   - columns: of this rank's part.
  ///   - initialisation: of the whole weight.
  ///   - isOperand: whether it takes part in matrix products.
  ///   - quantisation: how it is stored as integers; nil where it is not.
  ///   - matrices: how many lie one below the other in it.
  ///   - split: which part of the whole it is.
  ///   - replicas: which of them have the same.
  ///   - isSummed: whether the gradient is to be added up over the ranks that share its layer.
  ///   - isTied: whether another stage has it, too.
  ///   - engine: allocates it.
  init(
    _ role: TensorRole, _ rows: Int, _ columns: Int, _ initialisation: Initialisation,
    isOperand: Bool = false, quantisation: Quantisation? = nil, matrices: Int = 1,
    split: Split = .none, replicas: RankGroup = .data, isSummed: Bool = false,
    isTied: Bool = false, _ engine: Engine
  ) {
    (self.role, self.rows, self.columns) = (role, rows, columns)
    (self.split, self.replicas) = (split, replicas)
    (self.isSummed, self.isTied) = (isSummed, isTied)
    self.isOperand = isOperand
    self.quantisation = quantisation
    self.matrices = matrices
    self.engine = engine
    scope = engine.scope
    guard let quantisation else {
      let isShared = engine.rank.divides(.parameters, over: replicas)
      let weight = engine.make(
        rows, columns, isShared ? .temporary : .parameter, role,
        precision: engine.formats.parameter)
      initialisation.fill(weight, split, engine)
      whole = consume weight
      if isShared { divide() }
      return
    }
    let (bits, group) = (quantisation.bits, quantisation.group(columns: columns))
    whole = engine.make(rows, columns * bits / 8, .parameter, role, precision: .int8)
    scales = engine.make(rows, columns / group, .parameter, .weightScale, precision: .fp32)
    let floats = engine.make(rows, columns, .temporary, role, precision: .fp32)
    initialisation.fill(floats, .none, engine)
    if let integers { engine.quantise(into: integers, floats) }
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

  /// Whether it is a matrix, and no norm or bias.
  var isMatrix: Bool { rows > 1 }

  /// Whether weight decay applies: to matrices, not to norms and biases.
  var decays: Bool { isMatrix }

  /// Makes sure that there is a gradient to write to.
  ///
  /// - Returns: whether it holds something already, to which has to be added.
  @discardableResult
  mutating func beginGradient() -> Bool {
    if hasGradient { return true }
    let outer = enterOwnScope()
    // Where replicas divide gradients, the whole one lasts only until it is added up.
    let isShared = divides(.gradients)
    gradient = engine.make(
      rows, columns, isShared ? .temporary : .gradient, role, precision: engine.formats.gradient)
    engine.leave(outer)
    return false
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

  /// Makes sure that there is a gradient to add to, and that it is 0, where the whole of it is kept.
  mutating func zeroGradient() {
    mainGradient = nil
    gradientShare = nil
    guard !divides(.gradients) else { return }
    beginGradient()
    withGradient { engine.fill($0, with: 0) }
  }

  var hasGradient: Bool {
    switch gradient {
    case .some: true
    case .none: false
    }
  }
}
