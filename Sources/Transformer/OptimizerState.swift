import Catalogue
import Instrument

/// What an optimizer remembers of a parameter between updates.
enum OptimizerState: ~Copyable {
  case none
  /// Gradient descent's decaying sum of gradients.
  case velocity(Tensor)
  /// Adam's moments.
  case moments(Moments)
  /// Adam's moments as bytes, each block relative to a scale.
  case quantised(Quantised)
  /// Adafactor's second moment.
  case factored(FactoredMoment)

  /// Decaying means of the gradient and of its square, as large as the parameter.
  struct Moments: ~Copyable {
    let first: Tensor
    let second: Tensor
  }

  /// The same as bytes, and the largest magnitude of each block.
  struct Quantised: ~Copyable {
    let first: Tensor
    let second: Tensor
    let firstScale: Tensor
    let secondScale: Tensor
  }

  /// Smaller parameters keep moments of 32 bits under `adam8bit`, as in bitsandbytes
  /// (`min_8bit_size`).
  static let fewestQuantised = 4096
}

extension OptimizerState {
  /// Allocates what the optimizer needs for a parameter of that size, all zero.
  ///
  /// - Parameters:
  ///   - optimizer: the update rule.
  ///   - rows: of the parameter.
  ///   - columns: of the parameter.
  ///   - matrices: how many lie one below the other in it.
  ///   - engine: allocates.
  init(
    for optimizer: Recipe.Optimizer, rows: Int, columns: Int, matrices: Int = 1, _ engine: Engine
  ) {
    func zeros(
      _ role: TensorRole, _ rows: Int = rows, _ columns: Int = columns,
      precision: Precision? = nil
    ) -> Tensor {
      let tensor = engine.make(rows, columns, .optimizerState, role, precision: precision)
      engine.fill(tensor, with: 0)
      return tensor
    }
    switch optimizer {
    case .none, .sgd: self = .none
    case .momentum: self = .velocity(zeros(.velocity))
    case .adam8bit where rows * columns >= Self.fewestQuantised:
      self = .quantised(Quantised(count: rows * columns, engine))
    case .adafactor where rows > 1:
      self = .factored(
        FactoredMoment(
          rows: zeros(.secondMomentRows, rows, 1, precision: .fp32),
          columns: zeros(.secondMomentColumns, matrices, columns, precision: .fp32)))
    case .adafactor:
      self = .factored(
        FactoredMoment(rows: nil, columns: zeros(.secondMoment, precision: .fp32)))
    case .adam, .adamw, .adam8bit:
      self = .moments(Moments(first: zeros(.firstMoment), second: zeros(.secondMoment)))
    }
  }
}

extension OptimizerState {
  /// Decay of the sum of gradients (Sutskever et al., 2013, and most since).
  static let momentum: Float = 0.9

  /// Updates a parameter by the rule that this is the memory of; without any, by gradient descent.
  func update(
    _ parameter: borrowing Tensor, gradient: borrowing Tensor, _ constants: AdamWStep,
    _ engine: Engine
  ) {
    switch self {
    case .none:
      engine.descend(
        parameter, gradient: gradient, learningRate: constants.learningRate,
        gradientScale: constants.gradientScale)
    case .velocity(let velocity):
      engine.descend(
        parameter, velocity: velocity, gradient: gradient, learningRate: constants.learningRate,
        decay: Self.momentum, gradientScale: constants.gradientScale)
    case .moments(let moments):
      engine.adamW(
        parameter, firstMoment: moments.first, secondMoment: moments.second, gradient: gradient,
        constants)
    case .quantised(let moments):
      engine.adam8Bit(
        parameter, firstMoment: moments.first, secondMoment: moments.second,
        firstScale: moments.firstScale, secondScale: moments.secondScale, gradient: gradient,
        constants)
    case .factored(let moment):
      engine.adafactor(parameter, moment, gradient: gradient, constants.ofAdafactor)
    }
  }
}

extension AdamWStep {
  /// What Adafactor needs to know of an update.
  var ofAdafactor: AdafactorStep {
    AdafactorStep(learningRate: learningRate, gradientScale: gradientScale, step: step)
  }
}

extension OptimizerState.Quantised {
  fileprivate init(count: Int, _ engine: Engine) {
    let blocks = (count + Engine.adam8BitBlock - 1) / Engine.adam8BitBlock
    first = engine.make(1, count, .optimizerState, .firstMoment, precision: .int8)
    second = engine.make(1, count, .optimizerState, .secondMoment, precision: .int8)
    firstScale = engine.make(
      1, blocks, .optimizerState, .firstMomentScale, precision: .fp32)
    secondScale = engine.make(
      1, blocks, .optimizerState, .secondMomentScale, precision: .fp32)
    // Whatever the bytes stand for, times a scale of 0 it is 0.
    engine.fill(bytes: first, with: 0)
    engine.fill(bytes: second, with: 0)
    engine.fill(firstScale, with: 0)
    engine.fill(secondScale, with: 0)
  }
}
