import Catalogue
import Instrument

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
    withMeanAndBias(of: statistics) { mean, bias in
      engine.layerNormApply(
        into: output, input, mean: mean, rstd: statistics.rstd, weight: weight.value,
        bias: bias.value)
    } otherwise: {
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
        withMeanAndBias(of: statistics) { mean, bias in
          bias.withGradient { biasGradient in
            engine.layerNormBackward(
              inputGradient, addingResidual: addingResidual, weightGradient: weightGradient,
              biasGradient: biasGradient, accumulating: accumulating, from: gradient, input: input,
              mean: mean, rstd: statistics.rstd, weight: weight.value)
          }
        } otherwise: {
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
