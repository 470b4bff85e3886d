import Foundation

/// The constants of one update of Adafactor, with the defaults of `torch.optim.Adafactor`.
public struct AdafactorStep: Sendable {
  /// Bound of the relative step size.
  public var learningRate: Float
  /// The factor of gradient clipping.
  public var gradientScale: Float
  /// Number of the step, from 1.
  public var step: Int

  /// - Parameters:
  ///   - learningRate: bound of the relative step size.
  ///   - gradientScale: the factor of gradient clipping.
  ///   - step: from 1.
  public init(learningRate: Float, gradientScale: Float, step: Int) {
    precondition(step >= 1)
    self.learningRate = learningRate
    self.gradientScale = gradientScale
    self.step = step
  }

  /// What the latest gradient counts in the second moment: step^-0.8 (section 7.2).
  var weight: Float { Float(pow(Double(step), -0.8)) }

  /// The least that a square of a gradient is taken for, and the least mean of rows: ε₁² and ε₁,
  /// which PyTorch takes to be the distance of 1 to the next float.
  static let least: Float = .ulpOfOne * .ulpOfOne
  static let leastRowMean: Float = .ulpOfOne
  /// ε₂: a parameter that is smaller moves as if it had this size.
  static let leastSize = 1e-3

  /// The step size: relative to the parameter's size, and less where the update is larger than 1,
  /// both as the root of the mean square (sections 6 and 8).
  ///
  /// - Parameters:
  ///   - parameterSquares: sum of the parameter's squares.
  ///   - updateSquares: sum of the update's squares.
  ///   - count: elements of each.
  func size(parameterSquares: Double, updateSquares: Double, count: Int) -> Float {
    let relative = min(Double(learningRate), 1 / Double(step).squareRoot())
    let size = max(Self.leastSize, (parameterSquares / Double(count)).squareRoot())
    return Float(size * relative / max(1, (updateSquares / Double(count)).squareRoot()))
  }
}
