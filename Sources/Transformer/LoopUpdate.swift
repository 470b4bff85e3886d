import Catalogue
import Instrument

/// An update parameter by parameter, op by op, as PyTorch runs it with `foreach=False`.
///
/// What lies between two ops is a tensor. Python keeps the tensors that its loop has names for until
/// the next round gives the names to others, so those of one parameter are alive while those of the
/// next are made: the temporaries of Adam are up to three times as large as a parameter.
struct LoopUpdate {
  let engine: Engine
  /// The constants of a parameter, which decays or not.
  let constants: (_ decays: Bool) -> AdamWStep

  /// The tensors that the loop has names for.
  private struct Named: ~Copyable {
    var divisor: Tensor?
    var rowSquares: Tensor?
    var columnSquares: Tensor?
    var squares: Tensor?
    var update: Tensor?
  }

  /// Updates every parameter.
  func run(_ model: inout Stage) {
    var named = Named()
    model.forEachParameter { parameter in
      let constants = constants(parameter.decays)
      let outer = parameter.enterOwnPlace()
      defer { engine.leave(outer) }
      parameter.withOwnGradient { gradient in
        switch parameter.state {
        case .moments(let moments):
          adam(parameter, moments, gradient, constants, &named)
        case .factored(let moment):
          adafactor(parameter, moment, gradient, constants.ofAdafactor, &named)
        // In place, or fused in every implementation there is.
        default:
          parameter.withMaster {
            parameter.state.update($0, gradient: gradient, constants, engine)
          }
        }
      }
    }
  }

  private func adam(
    _ parameter: borrowing Parameter, _ moments: borrowing OptimizerState.Moments,
    _ gradient: borrowing Tensor, _ constants: AdamWStep, _ named: inout Named
  ) {
    engine.adamMoments(
      firstMoment: moments.first, secondMoment: moments.second, gradient: gradient, constants)
    let root = engine.temporary(.optimizerRoot, like: moments.second)
    engine.adamRoot(into: root, secondMoment: moments.second, constants)
    let divisor = engine.temporary(.optimizerDivisor, like: moments.second)
    engine.add(into: divisor, root, constant: constants.epsilon)
    _ = consume root
    parameter.withMaster {
      engine.adamApply($0, firstMoment: moments.first, divisor: divisor, constants)
    }
    named.divisor = consume divisor
  }

  private func adafactor(
    _ parameter: borrowing Parameter, _ moment: borrowing FactoredMoment,
    _ gradient: borrowing Tensor, _ constants: AdafactorStep, _ named: inout Named
  ) {
    if let rowSquares = engine.newRowSquares(moment, gradient, constants) {
      named.rowSquares = consume rowSquares
      named.columnSquares = engine.newColumnSquares(moment, gradient, constants)
    } else {
      named.squares = engine.newColumnSquares(moment, gradient, constants)
    }
    let update = engine.updateOf(parameter)
    let rowMeans = engine.rowMeans(moment)
    engine.adafactorUpdate(
      into: update, moment, rowMeans: rowMeans, gradient: gradient, constants)
    _ = consume rowMeans
    parameter.withMaster { engine.adafactorApply($0, update: update, constants) }
    named.update = consume update
  }
}

/// The temporaries of an update.
extension Engine {
  func temporary(_ role: TensorRole, like tensor: borrowing Tensor) -> Tensor {
    make(tensor.rows, tensor.columns, .temporary, role, precision: tensor.precision)
  }

  /// Room for an update by Adafactor, in the format of its moments.
  func updateOf(_ parameter: borrowing Parameter) -> Tensor {
    let (rows, columns) = parameter.ownForm
    return make(rows, columns, .temporary, .optimizerUpdate, precision: .fp32)
  }

  /// The mean squares of the gradient's rows, which the moment has been moved towards; nil for a
  /// vector.
  func newRowSquares(
    _ moment: borrowing FactoredMoment, _ gradient: borrowing Tensor, _ constants: AdafactorStep
  ) -> Tensor? {
    switch moment.rows {
    case .none: return nil
    case .some(let rows):
      let squares = temporary(.optimizerMeanSquares, like: rows)
      meanSquares(ofRowsInto: squares, gradient, constants, weight: 1)
      adafactorLerp(rows, towards: squares, constants)
      return squares
    }
  }

  /// The same of its columns; of a vector its squares.
  func newColumnSquares(
    _ moment: borrowing FactoredMoment, _ gradient: borrowing Tensor, _ constants: AdafactorStep
  ) -> Tensor {
    let squares = temporary(.optimizerMeanSquares, like: moment.columns)
    meanSquares(ofColumnsInto: squares, gradient, constants, weight: 1)
    adafactorLerp(moment.columns, towards: squares, constants)
    return squares
  }

  /// Room for the means of a moment's rows; nil for a vector.
  func rowMeans(_ moment: borrowing FactoredMoment) -> Tensor? {
    switch moment.rows {
    case .none: nil
    case .some: make(moment.columns.rows, 1, .temporary, .optimizerRowMean, precision: .fp32)
    }
  }
}
