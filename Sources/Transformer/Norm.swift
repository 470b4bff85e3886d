import Catalogue
import Instrument

/// Layer norm (Ba et al., arXiv 1607.06450) or RMS norm (Zhang and Sennrich, arXiv 1910.07467) of
/// rows.
public struct Norm: ~Copyable {
  var weight: Parameter
  /// Of layer norm.
  var bias: Parameter?
  let epsilon: Float
  let shift: Float
  let scopeName: String

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
      mean = hasMean ? engine.make(rows, 1, category, .normMean, precision: .fp32) : nil
      rstd = engine.make(rows, 1, category, .normReciprocalDeviation, precision: .fp32)
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
  ///   - width: C, of heads; the hidden size where nil.
  init(_ name: String, _ shape: ModelShape, width: Int? = nil, _ engine: Engine) {
    let outer = engine.enter(name)
    defer { engine.leave(outer) }
    // Ranks that share a layer see other rows of a divided stream, and other heads.
    let (rank, isOfHeads) = (engine.rank, width != nil)
    let isSummed = isOfHeads ? rank.layout.tensor > 1 : rank.sequenceParts > 1
    let (width, shift) = (width ?? shape.hidden, shape.architecture.normShift)
    weight = Parameter(
      .normWeight, 1, width, .constant(1 - shift), isSummed: isSummed, engine)
    bias =
      shape.architecture.norm == .layerNorm
      ? Parameter(.normBias, 1, width, .constant(0), isSummed: isSummed, engine) : nil
    epsilon = shape.normEpsilon
    self.shift = shift
    scopeName = name
  }

  /// Normalises each row of `input` (R,C).
  ///
  /// - Parameter precision: format of the output; that of activations where nil.
  func forward(
    _ input: borrowing Tensor, precision: Precision? = nil, _ step: Step
  ) -> Normalised {
    let engine = step.engine
    let outer = engine.enter(scopeName)
    defer { engine.leave(outer) }
    let statistics = Statistics(.activation, rows: input.rows, hasMean: hasBias, engine)
    let normalised =
      !hasBias && step.convention.keepsNormalised
      ? engine.make(input.rows, input.columns, .activation, .normNormalised) : nil
    let output = engine.make(
      input.rows, input.columns, .activation, .normOutput, precision: precision)
    withMeanAndBias(of: statistics) { mean, bias in
      engine.layerNorm(
        into: output, mean: mean, rstd: statistics.rstd, input, weight: weight.value,
        bias: bias.value, epsilon: epsilon)
    } otherwise: {
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

  var hasBias: Bool {
    switch bias {
    case .some: true
    case .none: false
    }
  }

  /// Calls `layer` with what layer norm has, or `rms` for RMS norm, which has neither.
  func withMeanAndBias(
    of statistics: borrowing Statistics,
    _ layer: (_ mean: borrowing Tensor, _ bias: borrowing Parameter) -> Void,
    otherwise rms: () -> Void
  ) {
    switch statistics.mean {
    case .none: rms()
    case .some(let mean):
      switch bias {
      case .none: rms()
      case .some(let bias): layer(mean, bias)
      }
    }
  }
}
