import Catalogue
import Instrument

/// A weight, with its gradient while there is one and what the optimizer remembers of it.
public struct Parameter: ~Copyable {
  /// Which weight it is.
  public let role: TensorRole
  /// The weight; the integers that stand for it where there are scales.
  public let value: Tensor
  /// What those integers are multiples of.
  let scales: Tensor?
  /// How the weight is stored as integers; nil where it is not.
  let quantisation: Quantisation?
  /// Number of columns of the weight itself.
  let columns: Int
  /// Its gradient: absent from the start of a step until backward reaches it.
  private var gradient: Tensor?
  /// The gradient in 32 bits, where the optimizer gets it from a copy.
  private var mainGradient: Tensor?
  /// What the optimizer remembers of it.
  var state = OptimizerState.none
  /// The weight in 32 bits, where it is stored in 16: what the optimizer updates.
  var master: Tensor?
  /// The weight in the format of the products that it takes part in, from the start of a forward
  /// pass until backward has used it; absent where that is its own format.
  var copy: Tensor?
  /// Whether it is an operand of matrix products.
  let isOperand: Bool

  /// Matrices of the same size that lie one below the other, such as those of experts.
  let matrices: Int

  let scope: Scope
  let engine: Engine

  /// The first values of a weight.
  enum Initialisation {
    case constant(Float)
    case normal(deviation: Float, seed: UInt64)

    fileprivate func fill(_ tensor: borrowing Tensor, _ engine: Engine) {
      switch self {
      case .constant(let constant): engine.fill(tensor, with: constant)
      case .normal(let deviation, let seed):
        engine.fillNormal(tensor, seed: seed, deviation: deviation)
      }
    }
  }

  /// Allocates the weight.
  ///
  /// - Parameters:
  ///   - role: which weight it is.
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  ///   - initialisation: its first values.
  ///   - isOperand: whether it takes part in matrix products.
  ///   - quantisation: how it is stored as integers; nil where it is not.
  ///   - matrices: how many lie one below the other in it.
  ///   - engine: allocates it.
  init(
    _ role: TensorRole, _ rows: Int, _ columns: Int, _ initialisation: Initialisation,
    isOperand: Bool = false, quantisation: Quantisation? = nil, matrices: Int = 1,
    _ engine: Engine
  ) {
    self.role = role
    self.isOperand = isOperand
    self.quantisation = quantisation
    self.columns = columns
    self.matrices = matrices
    self.engine = engine
    scope = engine.scope
    guard let quantisation else {
      value = engine.make(rows, columns, .parameter, role)
      scales = nil
      initialisation.fill(value, engine)
      return
    }
    let (bits, group) = (quantisation.bits, quantisation.group(columns: columns))
    value = engine.make(rows, columns * bits / 8, .parameter, role, precision: .int8)
    scales = engine.make(rows, columns / group, .parameter, .weightScale, precision: .fp32)
    let floats = engine.make(rows, columns, .temporary, role, precision: .fp32)
    initialisation.fill(floats, engine)
    if let integers { engine.quantise(into: integers, floats) }
  }

  /// The path in the model, such as `block.0.mlp.up.weight`.
  public var path: String { engine.ledger.path(scope, role) }

  /// Whether it is a matrix, and no norm or bias.
  var isMatrix: Bool { value.rows > 1 }

  /// Whether weight decay applies: to matrices, not to norms and biases.
  var decays: Bool { isMatrix }

  /// Makes sure that there is a gradient to write to.
  ///
  /// - Returns: whether it holds something already, to which has to be added.
  @discardableResult
  mutating func beginGradient() -> Bool {
    if hasGradient { return true }
    let outer = engine.scope
    engine.leave(scope)
    gradient = engine.make(value.rows, value.columns, .gradient, role)
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
    switch mainGradient {
    case .some(let gradient): return body(gradient)
    case .none: break
    }
    switch gradient {
    case .some(let gradient): body(gradient)
    case .none: break
    }
  }

  /// Makes a copy of the gradient in 32 bits, which takes its place until both are freed.
  mutating func widenGradient() {
    let outer = engine.scope
    engine.leave(scope)
    switch gradient {
    case .none: break
    case .some(let gradient):
      mainGradient = engine.copy(of: gradient, .gradient, role, precision: .fp32)
    }
    engine.leave(outer)
  }

  /// Enters the place that is the parameter's path; `Engine.leave` returns from it.
  func enterOwnPlace() -> Scope {
    let outer = engine.scope
    engine.leave(scope)
    _ = engine.enter(String(role.name))
    return outer
  }

  /// Frees the gradient.
  mutating func clearGradient() {
    gradient = nil
    mainGradient = nil
  }

  private var hasGradient: Bool {
    switch gradient {
    case .some: true
    case .none: false
    }
  }
}
