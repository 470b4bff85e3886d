import CKernels
import Catalogue

/// Adafactor (Shazeer and Stern, arXiv 1804.04235), as `torch.optim.Adafactor` computes it.
///
/// Work is counted per element of the parameter; what is done per row or column is not.
extension Engine {
  /// One update in a single go, with nothing alive besides.
  ///
  /// - Parameters:
  ///   - parameter: (matrices·R,C), updated.
  ///   - moment: takes up the gradient.
  ///   - gradient: of the parameter.
  ///   - constants: of this update.
  public func adafactor(
    _ parameter: borrowing Tensor, _ moment: borrowing FactoredMoment,
    gradient: borrowing Tensor, _ constants: AdafactorStep
  ) {
    switch moment.rows {
    case .some(let rows):
      meanSquares(ofRowsInto: rows, gradient, constants, weight: constants.weight)
    case .none: break
    }
    meanSquares(ofColumnsInto: moment.columns, gradient, constants, weight: constants.weight)
    let parameterSquares = sumOfSquares(parameter)
    // The update, made twice: five operations each; its squares; the step.
    record(
      .adafactor, elementwise: 14 * parameter.count,
      touching: 2 * parameter.bytes + 2 * gradient.bytes)
    guard isReal, let parameterSquares else { return }
    let factors = AdafactorFactors(moment, gradient, constants)
    let updateSquares = factors.squareSum()
    let size = constants.size(
      parameterSquares: parameterSquares, updateSquares: updateSquares, count: parameter.count)
    factors.apply(to: parameter.elements, size)
  }

  /// The update before its size is known, into `update`, which the caller owns.
  ///
  /// - Parameters:
  ///   - update: (matrices·R,C), written.
  ///   - moment: has taken up the gradient.
  ///   - rowMeans: (matrices,1), written: the mean of the moment's rows; none for a vector.
  ///   - gradient: of the parameter.
  ///   - constants: of this update.
  public func adafactorUpdate(
    into update: borrowing Tensor, _ moment: borrowing FactoredMoment,
    rowMeans: borrowing Tensor?, gradient: borrowing Tensor, _ constants: AdafactorStep
  ) {
    record(.adafactorUpdate, elementwise: 5 * update.count, touching: 2 * update.bytes)
    guard isReal else { return }
    let factors = AdafactorFactors(moment, gradient, constants)
    switch rowMeans {
    case .some(let means): means.assign(factors.rowMeans)
    case .none: break
    }
    factors.write(to: update.elements)
  }

  /// The step of an update.
  public func adafactorApply(
    _ parameter: borrowing Tensor, update: borrowing Tensor, _ constants: AdafactorStep
  ) {
    let squares = (sumOfSquares(parameter), sumOfSquares(update))
    var size: Float = 0
    if let ofParameter = squares.0, let ofUpdate = squares.1 {
      size = constants.size(
        parameterSquares: ofParameter, updateSquares: ofUpdate, count: parameter.count)
    }
    descend(parameter, gradient: update, learningRate: size, gradientScale: 1)
  }

  /// Moves means towards the mean squares of the rows of a gradient.
  ///
  /// - Parameters:
  ///   - means: (rows,1).
  ///   - gradient: (rows,C).
  ///   - constants: of this update.
  ///   - weight: how much of the way; at 1 whatever the means were is forgotten.
  public func meanSquares(
    ofRowsInto means: borrowing Tensor, _ gradient: borrowing Tensor, _ constants: AdafactorStep,
    weight: Float
  ) {
    record(
      .meanSquares, elementwise: 3 * gradient.count, touching: gradient.bytes + 2 * means.bytes)
    guard isReal else { return }
    let width = gradient.columns
    RowKernel.perform(gradient.rows, grain: 16, [.updated(means), .read(gradient)]) { rows, at in
      mean_square_rows(at[0], at[1], constants.gradientScale, weight, rows.count, width)
    }
  }

  /// The same for the columns of each matrix.
  ///
  /// - Parameters:
  ///   - means: (matrices,C).
  ///   - gradient: (matrices·R,C).
  ///   - constants: of this update.
  ///   - weight: how much of the way; at 1 whatever the means were is forgotten.
  public func meanSquares(
    ofColumnsInto means: borrowing Tensor, _ gradient: borrowing Tensor,
    _ constants: AdafactorStep, weight: Float
  ) {
    record(
      .meanSquares, elementwise: 3 * gradient.count, touching: gradient.bytes + 2 * means.bytes)
    guard isReal else { return }
    let (width, rows) = (gradient.columns, gradient.rows / means.rows)
    let keeps = weight < 1
    if keeps { CKernels.scale(means.floats, means.floats, 1 - weight, means.count) }
    for matrix in 0..<means.rows {
      func part(_ elements: Elements, _ row: Int, _ use: Operand.Use) -> Operand {
        Operand(elements: elements.advanced(by: row * width), columns: width, use: use)
      }
      ColumnSums.perform(
        into: [part(means.elements, matrix, .updated)], accumulating: keeps,
        [part(gradient.elements, matrix * rows, .read)], rows: rows, grain: 64
      ) { piece, sums, at in
        square_sum_columns(
          sums[0], at[0], constants.gradientScale, weight / Float(rows), piece.rows.count,
          piece.width, piece.columns.lowerBound, piece.columns.upperBound, piece.isAccumulating)
      }
    }
  }

  /// Moves a moment towards new means.
  public func adafactorLerp(
    _ moment: borrowing Tensor, towards means: borrowing Tensor, _ constants: AdafactorStep
  ) {
    record(.lerp, elementwise: 3 * moment.count, touching: 3 * moment.bytes)
    guard isReal else { return }
    lerp(moment.floats, means.floats, constants.weight, moment.count)
  }
}

/// What the kernels need to know of a moment, which is in 32 bits, and of a gradient.
private struct AdafactorFactors {
  private let gradient: Elements
  private let rows: UnsafeMutablePointer<Float>?
  private let columns: UnsafeMutablePointer<Float>
  private let scale: Float
  /// Rows and columns of each matrix, and how many there are.
  private let shape: (rows: Int, columns: Int, matrices: Int)
  /// The mean of the rows' means, of each matrix; 1 for a vector.
  let rowMeans: [Float]

  init(
    _ moment: borrowing FactoredMoment, _ gradient: borrowing Tensor, _ constants: AdafactorStep
  ) {
    self.gradient = gradient.elements
    rows = moment.rowsOrNil
    columns = moment.columns.floats
    scale = constants.gradientScale
    let height = gradient.rows / moment.matrices
    shape = (height, gradient.columns, moment.matrices)
    rowMeans = (0..<moment.matrices).map { Self.mean(moment.rowsOrNil, $0 * height, height) }
  }

  private static func mean(_ rows: UnsafeMutablePointer<Float>?, _ first: Int, _ count: Int)
    -> Float
  {
    guard let rows else { return 1 }
    let sum = (first..<first + count).reduce(0.0) { $0 + Double(rows[$1]) }
    return max(Float(sum / Double(count)), AdafactorStep.leastRowMean)
  }

  func write(to update: Elements) {
    forEachPart([(update, .written)]) { part, at, _ in
      adafactor_update(
        at[1], at[0], part.rows, part.columns, scale, part.rowMean, AdafactorStep.least,
        part.count, shape.columns)
    }
  }

  func apply(to parameter: Elements, _ step: Float) {
    forEachPart([(parameter, .updated)]) { part, at, _ in
      adafactor_apply(
        at[1], at[0], part.rows, part.columns, scale, part.rowMean, AdafactorStep.least, step,
        part.count, shape.columns)
    }
  }

  func squareSum() -> Double {
    var sums = [Double](repeating: 0, count: shape.matrices * pieces.count)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      forEachPart([]) { part, at, index in
        sums[index] += adafactor_square_sum(
          at[0], part.rows, part.columns, scale, part.rowMean, AdafactorStep.least, part.count,
          shape.columns)
      }
    }
    return sums.reduce(0, +)
  }

  /// Rows of one matrix, with what belongs to them.
  private struct Part {
    let rows: UnsafeMutablePointer<Float>?
    let columns: UnsafeMutablePointer<Float>
    let rowMean: Float
    let count: Int
  }

  /// The same on any machine, so that sums over them are.
  private var pieces: [Range<Int>] { Parallel.pieces(shape.rows, grain: 16, most: 64) }

  /// Calls `body` for all rows, with those of the gradient and of the other operands, and the number
  /// of the piece.
  private func forEachPart(
    _ others: [(Elements, Operand.Use)], _ body: (Part, Floats, Int) -> Void
  ) {
    let pieces = pieces
    let operands = ([(gradient, Operand.Use.read)] + others).map {
      Operand(elements: $0.0, columns: shape.columns, use: $0.1)
    }
    for matrix in 0..<shape.matrices {
      let first = matrix * shape.rows
      Parallel.perform(pieces.count) { index in
        let range = first + pieces[index].lowerBound..<first + pieces[index].upperBound
        RowKernel.run(range, operands) { range, at in
          let part = Part(
            rows: rows.map { $0 + range.lowerBound }, columns: columns + matrix * shape.columns,
            rowMean: rowMeans[matrix], count: range.count)
          body(part, at, matrix * pieces.count + index)
        }
      }
    }
  }
}
