import BasicContainers
import Catalogue
import Instrument

/// An update op by op, each over all parameters at once, as PyTorch runs it with `foreach=True`.
///
/// What lies between two ops is there for all parameters: of Adam the divisors, 4·P bytes. What an
/// op writes in place of its input, it writes in place here.
struct ForeachUpdate {
  let engine: Engine
  /// The constants of a parameter, which decays or not.
  let constants: (_ decays: Bool) -> AdamWStep

  /// Updates every parameter.
  func run(_ model: inout Stage) {
    adam(&model)
    adafactor(&model)
    forEach(&model) { parameter, gradient in
      switch parameter.state {
      case .moments: break
      case .factored: break
      // In place, or fused in every implementation there is.
      default:
        parameter.withMaster {
          parameter.state.update(
            $0, gradient: gradient, constants(parameter.decays), engine)
        }
      }
    }
  }

  private func adam(_ model: inout Stage) {
    forEachMoments(&model) { _, moments, gradient, constants in
      engine.adamMoments(
        firstMoment: moments.first, secondMoment: moments.second, gradient: gradient, constants)
    }
    var divisors = UniqueArray<Tensor>()
    forEachMoments(&model) { _, moments, _, constants in
      let divisor = engine.temporary(.optimizerDivisor, like: moments.second)
      engine.adamRoot(into: divisor, secondMoment: moments.second, constants)
      engine.add(into: divisor, divisor, constant: constants.epsilon)
      divisors.append(divisor)
    }
    var number = 0
    forEachMoments(&model) { parameter, moments, _, constants in
      parameter.withMaster {
        engine.adamApply($0, firstMoment: moments.first, divisor: divisors[number], constants)
      }
      number += 1
    }
  }

  /// First the matrices, then the vectors, whose updates are made while those of the matrices still
  /// have a name.
  private func adafactor(_ model: inout Stage) {
    var updates = UniqueArray<Tensor>()
    for areMatrices in [true, false] {
      takeUp(&model, areMatrices) { engine.newRowSquares($0, $1, $2) }
      takeUp(&model, areMatrices) { engine.newColumnSquares($0, $1, $2) }
      updates = makeUpdates(&model, areMatrices)
      var number = 0
      forEachFactored(&model, areMatrices) { parameter, _, _, constants in
        parameter.withMaster {
          engine.adafactorApply($0, update: updates[number], constants)
        }
        number += 1
      }
    }
  }

  /// Moves moments towards means, which are there for all parameters until the last has been moved.
  private func takeUp(
    _ model: inout Stage, _ areMatrices: Bool,
    _ move: (borrowing FactoredMoment, borrowing Tensor, AdafactorStep) -> Tensor?
  ) {
    var means = UniqueArray<Tensor>()
    forEachFactored(&model, areMatrices) { _, moment, gradient, constants in
      if let mean = move(moment, gradient, constants) { means.append(mean) }
    }
  }

  private func makeUpdates(
    _ model: inout Stage, _ areMatrices: Bool
  ) -> UniqueArray<Tensor> {
    var updates = UniqueArray<Tensor>()
    forEachFactored(&model, areMatrices) { parameter, _, _, _ in
      updates.append(engine.updateOf(parameter))
    }
    var means = UniqueArray<Tensor>()
    var number = 0
    forEachFactored(&model, areMatrices) { _, moment, gradient, constants in
      let rowMeans = engine.rowMeans(moment)
      engine.adafactorUpdate(
        into: updates[number], moment, rowMeans: rowMeans, gradient: gradient, constants)
      if let rowMeans { means.append(rowMeans) }
      number += 1
    }
    return updates
  }

  private func forEachMoments(
    _ model: inout Stage,
    _ body: (
      borrowing Parameter, borrowing OptimizerState.Moments, _ gradient: borrowing Tensor, AdamWStep
    ) -> Void
  ) {
    forEach(&model) { parameter, gradient in
      switch parameter.state {
      case .moments(let moments):
        body(parameter, moments, gradient, constants(parameter.decays))
      default: break
      }
    }
  }

  private func forEachFactored(
    _ model: inout Stage, _ areMatrices: Bool,
    _ body: (
      borrowing Parameter, borrowing FactoredMoment, _ gradient: borrowing Tensor, AdafactorStep
    ) -> Void
  ) {
    forEach(&model) { parameter, gradient in
      guard parameter.isMatrix == areMatrices else { return }
      switch parameter.state {
      case .factored(let moment):
        body(parameter, moment, gradient, constants(parameter.decays).ofAdafactor)
      default: break
      }
    }
  }

  private func forEach(
    _ model: inout Stage,
    _ body: (borrowing Parameter, _ gradient: borrowing Tensor) -> Void
  ) {
    model.forEachParameter { parameter in
      let outer = parameter.enterOwnPlace()
      defer { engine.leave(outer) }
      parameter.withOwnGradient { body(parameter, $0) }
    }
  }
}
