import Catalogue
import Instrument

/// Layer norm (Ba et al., arXiv 1607.06450) or RMS norm (Zhang and Sennrich, arXiv 1910.07467) of
/// rows.
public struct Norm: ~Copyable {
  var weight: Parameter
  /// Of layer norm.
  var bias: Parameter?
  private let epsilon: Float
  private let shift: Float
  private let scopeName: String

  /// What backward needs, besides the input.
  struct Saved: ~Copyable {
    let statistics: Statistics?
    /// x·rstd, for the gradient of the weight.
    let normalised: Tensor?
    /// For the layer that follows; made again from the input where it is not kept.
    let output: Tensor?
  }

  /// Reciprocal deviation of each row, and for layer norm its mean, (R,1) each.
  struct Statistics: ~Copyable {
    let mean: Tensor?
    let rstd: Tensor

    init(_ category: Category, rows: Int, hasMean: Bool, _ engine: Engine) {
      mean = hasMean ? engine.make(rows, 1, category, .normMean) : nil
      rstd = engine.make(rows, 1, category, .normReciprocalDeviation)
    }
  }

  /// The result of forward.
  struct Normalised: ~Copyable {
    let output: Tensor
    let normalised: Tensor?
    let statistics: Statistics?

    /// What the convention keeps of it.
    consuming func kept(_ step: Step) -> Saved {
      Saved(
        statistics: statistics, normalised: normalised,
        output: output.kept(if: step.convention.keepsNormOutput))
    }

    /// The same for an output that nothing will ask for again.
    consuming func keptWithoutOutput() -> Saved {
      Saved(statistics: statistics, normalised: normalised, output: nil)
    }

    /// The output, for one who owns it, and the rest.
    consuming func parts() -> Parts {
      Parts(
        output: output, saved: Saved(statistics: statistics, normalised: normalised, output: nil))
    }
  }

  /// An output apart from what backward needs.
  struct Parts: ~Copyable {
    let output: Tensor
    let saved: Saved
  }

  /// - Parameters:
  ///   - name: the place in the model.
  ///   - width: C; the hidden size where nil.
  init(_ name: String, _ shape: ModelShape, width: Int? = nil, _ engine: Engine) {
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    let (width, shift) = (width ?? shape.hidden, shape.architecture.normShift)
    weight = Parameter(.normWeight, 1, width, .constant(1 - shift), engine)
    bias =
      shape.architecture.norm == .layerNorm
      ? Parameter(.normBias, 1, width, .constant(0), engine) : nil
    epsilon = shape.normEpsilon
    self.shift = shift
    scopeName = name
  }

  /// Normalises each row of `input` (R,C).
  func forward(_ input: borrowing Tensor, _ step: Step) -> Normalised {
    let engine = step.engine
    let outer = engine.enter(scopeName)
    defer { engine.leave(outer) }
    let statistics = Statistics(.activation, rows: input.rows, hasMean: hasBias, engine)
    let normalised =
      !hasBias && step.convention.keepsNormalised
      ? engine.make(input.rows, input.columns, .activation, .normNormalised) : nil
    let output = engine.make(input.rows, input.columns, .activation, .normOutput)
    switch bias {
    case .some(let bias):
      engine.layerNorm(
        into: output, mean: statistics.mean!, rstd: statistics.rstd, input, weight: weight.value,
        bias: bias.value, epsilon: epsilon)
    case .none:
      engine.rmsNorm(
        into: output, normalised: normalised, rstd: statistics.rstd, input, weight: weight.value,
        shift: shift, epsilon: epsilon)
    }
    if step.convention.keepsNormStatistics {
      return Normalised(output: output, normalised: normalised, statistics: statistics)
    }
    return Normalised(output: output, normalised: normalised, statistics: nil)
  }

  /// Names the input, which its owner keeps for backward.
  func keepInput(_ input: borrowing Tensor, _ step: Step) {
    let outer = step.engine.enter(scopeName)
    defer { step.engine.leave(outer) }
    input.retag(.normInput)
  }

  private var hasBias: Bool {
    switch bias {
    case .some: true
    case .none: false
    }
  }
}

extension Norm {
  /// Calls `body` with the output: as it was kept, or made again from the input.
  func withOutput(
    _ saved: borrowing Saved, of input: borrowing Tensor, _ engine: Engine,
    _ body: (borrowing Tensor) -> Void
  ) {
    switch saved.output {
    case .some(let output): body(output)
    case .none:
      let output = engine.make(input.rows, input.columns, .temporary, .normOutput)
      withStatistics(saved, of: input, engine) { statistics in
        engine.recomputing { apply(into: output, input, statistics, engine) }
      }
      body(output)
    }
  }

  private func apply(
    into output: borrowing Tensor, _ input: borrowing Tensor, _ statistics: borrowing Statistics,
    _ engine: Engine
  ) {
    switch bias {
    case .some(let bias):
      engine.layerNormApply(
        into: output, input, mean: statistics.mean!, rstd: statistics.rstd, weight: weight.value,
        bias: bias.value)
    case .none:
      engine.rmsNormApply(
        into: output, input, rstd: statistics.rstd, weight: weight.value, shift: shift)
    }
  }

  /// Gradients; the input's is written into `inputGradient`, or added to what that holds of the
  /// residual stream around the norm.
  mutating func backward(
    into inputGradient: borrowing Tensor, addingResidual: Bool, from gradient: borrowing Tensor,
    _ saved: borrowing Saved, of input: borrowing Tensor, _ engine: Engine
  ) {
    let outer = engine.enter(scopeName)
    defer { engine.leave(outer) }
    let accumulating = weight.beginGradient()
    bias?.beginGradient()
    withStatistics(saved, of: input, engine) { statistics in
      weight.withGradient { weightGradient in
        switch bias {
        case .some(let bias):
          bias.withGradient { biasGradient in
            engine.layerNormBackward(
              inputGradient, addingResidual: addingResidual, weightGradient: weightGradient,
              biasGradient: biasGradient, accumulating: accumulating, from: gradient, input: input,
              mean: statistics.mean!, rstd: statistics.rstd, weight: weight.value)
          }
        case .none:
          engine.rmsNormBackward(
            inputGradient, addingResidual: addingResidual, weightGradient: weightGradient,
            accumulating: accumulating, from: gradient, input: input, rstd: statistics.rstd,
            weight: weight.value, shift: shift)
        }
      }
    }
  }

  /// Calls `body` with the statistics: as they were kept, or made again from the input.
  private func withStatistics(
    _ saved: borrowing Saved, of input: borrowing Tensor, _ engine: Engine,
    _ body: (borrowing Statistics) -> Void
  ) {
    switch saved.statistics {
    case .some(let statistics): body(statistics)
    case .none:
      let again = Statistics(.temporary, rows: input.rows, hasMean: hasBias, engine)
      engine.recomputing {
        switch again.mean {
        case .some(let mean):
          engine.layerNormStatistics(mean: mean, rstd: again.rstd, input, epsilon: epsilon)
        case .none: engine.rmsNormStatistics(rstd: again.rstd, input, epsilon: epsilon)
        }
      }
      body(again)
    }
  }
}
