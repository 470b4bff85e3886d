import Catalogue
import Instrument

/// Layer norm (Ba et al., arXiv 1607.06450).
public struct LayerNorm: ~Copyable {
  var weight: Parameter
  var bias: Parameter
  private let epsilon: Float
  private let scopeName: String

  /// What backward needs.
  struct Saved: ~Copyable {
    let input: Tensor
    let statistics: Statistics?
  }

  /// Mean and reciprocal deviation of each row, (R,1) each.
  struct Statistics: ~Copyable {
    let mean: Tensor
    let rstd: Tensor

    init(_ category: Category, rows: Int, _ engine: Engine) {
      mean = engine.make(rows, 1, category, .normMean)
      rstd = engine.make(rows, 1, category, .normReciprocalDeviation)
    }
  }

  /// The result of forward.
  struct Normalised: ~Copyable {
    let output: Tensor
    let statistics: Statistics?
  }

  init(_ name: String, _ shape: ModelShape, _ engine: Engine) {
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    weight = Parameter(.normWeight, 1, shape.hidden, .constant(1), engine)
    bias = Parameter(.normBias, 1, shape.hidden, .constant(0), engine)
    epsilon = shape.normEpsilon
    scopeName = name
  }

  /// Normalises each row of `input` (R,h).
  func forward(_ input: borrowing Tensor, _ step: Step) -> Normalised {
    let engine = step.engine
    let outer = engine.enter(scopeName)
    defer { engine.leave(outer) }
    let statistics = Statistics(.activation, rows: input.rows, engine)
    let output = engine.make(input.rows, input.columns, .activation, .normOutput)
    engine.layerNorm(
      into: output, mean: statistics.mean, rstd: statistics.rstd, input, weight: weight.value,
      bias: bias.value, epsilon: epsilon)
    if step.convention.keepsNormStatistics {
      return Normalised(output: output, statistics: statistics)
    }
    return Normalised(output: output, statistics: nil)
  }

  /// Keeps the input for backward.
  func save(_ input: consuming Tensor, _ statistics: consuming Statistics?, _ step: Step) -> Saved {
    let outer = step.engine.enter(scopeName)
    defer { step.engine.leave(outer) }
    input.retag(.normInput)
    return Saved(input: input, statistics: statistics)
  }

  /// The output: as it was kept, or made again from the input.
  func output(_ kept: consuming Tensor?, again saved: borrowing Saved, _ engine: Engine) -> Tensor {
    if let kept { return kept }
    let output = engine.make(saved.input.rows, saved.input.columns, .temporary, .normOutput)
    withStatistics(saved, engine) { mean, rstd in
      engine.recomputing {
        engine.layerNormApply(
          into: output, saved.input, mean: mean, rstd: rstd, weight: weight.value, bias: bias.value)
      }
    }
    return output
  }

  /// Gradients; the input's is written into `inputGradient`, or added to what that holds of the
  /// residual stream around the norm.
  mutating func backward(
    into inputGradient: borrowing Tensor, addingResidual: Bool, from gradient: borrowing Tensor,
    _ saved: borrowing Saved, _ engine: Engine
  ) {
    let outer = engine.enter(scopeName)
    defer { engine.leave(outer) }
    let accumulating = weight.beginGradient()
    bias.beginGradient()
    withStatistics(saved, engine) { mean, rstd in
      weight.withGradient { weightGradient in
        bias.withGradient { biasGradient in
          engine.layerNormBackward(
            inputGradient, addingResidual: addingResidual, weightGradient: weightGradient,
            biasGradient: biasGradient, accumulating: accumulating, from: gradient,
            input: saved.input, mean: mean, rstd: rstd, weight: weight.value)
        }
      }
    }
  }

  /// Calls `body` with the statistics: as they were kept, or made again from the input.
  private func withStatistics(
    _ saved: borrowing Saved, _ engine: Engine,
    _ body: (_ mean: borrowing Tensor, _ rstd: borrowing Tensor) -> Void
  ) {
    switch saved.statistics {
    case .some(let statistics):
      body(statistics.mean, statistics.rstd)
    case .none:
      let again = Statistics(.temporary, rows: saved.input.rows, engine)
      engine.recomputing {
        engine.layerNormStatistics(
          mean: again.mean, rstd: again.rstd, saved.input, epsilon: epsilon)
      }
      body(again.mean, again.rstd)
    }
  }
}
