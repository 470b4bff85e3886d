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
    factors.apply(to: parameter.floats, size)
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
    factors.write(to: update.floats)
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
    let (mean, g, width) = (means.floats, gradient.floats, gradient.columns)
    Parallel.ranges(gradient.rows, grain: 16) { rows in
      let at = rows.lowerBound
      mean_square_rows(
        mean + at, g + at * width, constants.gradientScale, weight, rows.count, width)
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
    let (mean, g, width) = (means.floats, gradient.floats, gradient.columns)
    let (matrices, rows) = (means.rows, gradient.rows / means.rows)
    for matrix in 0..<matrices {
      Parallel.ranges(width, grain: 64) { columns in
        mean_square_columns(
          mean + matrix * width, g + matrix * rows * width, constants.gradientScale, weight, rows,
          width, columns.lowerBound, columns.upperBound)
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

/// What the kernels need to know of a moment and a gradient.
private struct AdafactorFactors {
  typealias Floats = UnsafeMutablePointer<Float>
  private let gradient: Floats
  private let rows: Floats?
  private let columns: Floats
  private let scale: Float
  /// Rows and columns of each matrix, and how many there are.
  private let shape: (rows: Int, columns: Int, matrices: Int)

  init(
    _ moment: borrowing FactoredMoment, _ gradient: borrowing Tensor, _ constants: AdafactorStep
  ) {
    self.gradient = gradient.floats
    rows = moment.rowsOrNil
    columns = moment.columns.floats
    scale = constants.gradientScale
    let height = gradient.rows / moment.matrices
    shape = (height, gradient.columns, moment.matrices)
    rowMeans = (0..<moment.matrices).map { Self.mean(moment.rowsOrNil, $0 * height, height) }
  }

  private static func mean(_ rows: Floats?, _ first: Int, _ count: Int) -> Float {
    guard let rows else { return 1 }
    let sum = (first..<first + count).reduce(0.0) { $0 + Double(rows[$1]) }
    return max(Float(sum / Double(count)), AdafactorStep.leastRowMean)
  }

  /// The mean of the rows' means, of each matrix; 1 for a vector.
  let rowMeans: [Float]

  /// Part of one matrix.
  private struct Part {
    let gradient: Floats
    let rows: Floats?
    let columns: Floats
    let rowMean: Float
    let offset: Int
    let count: Int
  }

  func write(to update: Floats) {
    forEachPart { part, _ in
      adafactor_update(
        update + part.offset, part.gradient, part.rows, part.columns, scale, part.rowMean,
        AdafactorStep.least, part.count, shape.columns)
    }
  }

  func apply(to parameter: Floats, _ step: Float) {
    forEachPart { part, _ in
      adafactor_apply(
        parameter + part.offset, part.gradient, part.rows, part.columns, scale, part.rowMean,
        AdafactorStep.least, step, part.count, shape.columns)
    }
  }

  func squareSum() -> Double {
    var sums = [Double](repeating: 0, count: shape.matrices * pieces.count)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      forEachPart { part, index in
        sums[index] = adafactor_square_sum(
          part.gradient, part.rows, part.columns, scale, part.rowMean, AdafactorStep.least,
          part.count, shape.columns)
      }
    }
    return sums.reduce(0, +)
  }

  /// The same on any machine, so that sums over them are.
  private var pieces: [Range<Int>] { Parallel.pieces(shape.rows, grain: 16, most: 64) }

  private func forEachPart(_ body: (Part, _ index: Int) -> Void) {
    let pieces = pieces
    for matrix in 0..<shape.matrices {
      let first = matrix * shape.rows
      let rowMean = rowMeans[matrix]
      Parallel.perform(pieces.count) { index in
        let row = first + pieces[index].lowerBound
        let part = Part(
          gradient: gradient + row * shape.columns, rows: rows.map { $0 + row },
          columns: columns + matrix * shape.columns, rowMean: rowMean,
          offset: row * shape.columns, count: pieces[index].count)
        body(part, matrix * pieces.count + index)
      }
    }
  }
}
